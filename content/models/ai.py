from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from content.ai.troubles import sentence_of
from partners.fields import EncryptedField
from partners.models import Partner


class AiUse(models.Model):
    """One question to one account of a provider: reserved before it is asked, then charged, or why it was not.

    reserved → charged | perhaps | failed; failed → reserved when it is tried again. A reservation that nobody ended
    stops counting at `expires_at`; it is never asked again, because it may have been charged.
    """

    class Purpose(models.TextChoices):
        ANSWER = "answer", _("answers")
        POST = "post", _("posts")
        SEARCH = "search", _("search")
        PICTURE = "picture", _("pictures")

    class State(models.TextChoices):
        RESERVED = "reserved", _("being asked")
        CHARGED = "charged", _("charged")
        PERHAPS = "perhaps", _("perhaps charged")
        FAILED = "failed", _("not charged")

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    request_key = models.CharField(_("key"), max_length=120)  # the same question is paid for once
    account = models.CharField(_("account"), max_length=160)
    day = models.DateField(_("day"))  # in the partner's zone
    at = models.DateTimeField(_("at"))
    expires_at = models.DateTimeField(_("reserved until"))
    purpose = models.CharField(_("purpose"), max_length=8, choices=Purpose)
    provider = models.CharField(_("provider"), max_length=20)
    model = models.CharField(_("model"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.RESERVED)
    trouble = models.CharField(_("trouble"), max_length=20, blank=True)
    tokens_in = models.PositiveIntegerField(_("tokens in"), default=0)
    tokens_out = models.PositiveIntegerField(_("tokens out"), default=0)
    # While it is reserved: the most that it can cost.
    roubles = models.DecimalField(_("roubles"), max_digits=12, decimal_places=4, default=0)

    class Meta:
        verbose_name = _("AI call")
        verbose_name_plural = _("AI calls")
        constraints = [models.UniqueConstraint(fields=["partner", "request_key", "account"], name="ai_use_key")]
        indexes = [models.Index(fields=["partner", "day"], name="ai_use_day")]

    def __str__(self) -> str:
        return f"{self.provider} {self.day} {self.state}"

    @property
    def sentence(self) -> str:
        """Why it failed, for the operator."""
        return sentence_of(self.trouble) if self.trouble else ""


class AiAccount(models.Model):
    """How an account of a provider is doing, whichever partners use it: the circuit breaker, and its token.

    `key` names provider, folder and a digest of the credential. While `rests_until` is ahead nobody asks it;
    then one caller tries.
    """

    key = models.CharField(_("account"), max_length=160, unique=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    rests_until = models.DateTimeField(_("rests until"), null=True, blank=True)
    trouble = models.CharField(_("last trouble"), max_length=20, blank=True)
    failed_at = models.DateTimeField(_("last failure"), null=True, blank=True)
    worked_at = models.DateTimeField(_("last answer"), null=True, blank=True)
    token = EncryptedField(_("token"), blank=True, default="")
    token_renew_at = models.DateTimeField(_("token is renewed"), null=True, blank=True)

    class Meta:
        verbose_name = _("AI account")
        verbose_name_plural = _("AI accounts")

    def __str__(self) -> str:
        return self.key

    @property
    def sentence(self) -> str:
        return sentence_of(self.trouble) if self.trouble else ""
