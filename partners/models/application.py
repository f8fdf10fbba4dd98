from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.fields import EncryptedField
from partners.models.told import Told


class Application(Told):
    """What somebody tells who wants to become a partner, until operators have decided.

    It belongs to no partner: the wall shows it to whoever holds its link, and to operators. Answers stay as they
    were typed, right or wrong; `partners.onboarding.answers` reads them.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("being filled in")
        SUBMITTED = "submitted", _("waits for a decision")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")

    # Of the link only this is stored, a part of its SHA-256: who reads the table cannot open the form.
    link_key = models.UUIDField(_("key of the link"), unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    token = EncryptedField(_("token"), blank=True)
    private_key = EncryptedField(_("private key"), blank=True)
    api_key = EncryptedField(_("Api-Key"), blank=True)
    bot_username = models.CharField(_("bot's name by getMe"), max_length=64, blank=True)
    consents = models.JSONField(_("consents"), default=dict, blank=True)  # kind -> {"version": …, "at": …}
    note = models.TextField(_("operators' note"), max_length=2_000, blank=True)

    imported_from = models.CharField(_("key of the imported row"), max_length=64, null=True, blank=True, unique=True)
    # No foreign key: a path to partners would put the row behind their wall, where no applicant could reach it.
    partner_key = models.BigIntegerField(_("partner made of it"), null=True, blank=True, unique=True)

    started_at = models.DateTimeField(_("started"))
    changed_at = models.DateTimeField(_("changed"))
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("decided by")
    )
    expires_at = models.DateTimeField(_("link is valid until"))

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ("-changed_at", "-id")
        indexes = [
            models.Index(fields=["state", "-changed_at"], name="application_state"),
            models.Index(fields=["submitted_at"], name="application_untold", condition=Told.UNTOLD),
        ]

    def __str__(self) -> str:
        return str(self.answers.get("name") or "") or f"№ {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether the form may be changed."""
        return self.state == self.State.DRAFT
