from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.lead import Lead
from partners.models.partner import Partner


class Consent(models.Model):
    """What a lead agreed to, by which text; a withdrawn one stays as the proof that it was given.

    Two separate acts: `data` lets the partner keep a contact and call back, `offers` lets promotional messages out.
    """

    class Kind(models.TextChoices):
        DATA = "data", _("personal data")
        OFFERS = "offers", _("offers")

    class Channel(models.TextChoices):
        BOT = "bot", _("bot")
        WEB = "web", _("web")

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, verbose_name=_("partner"))
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="consents", verbose_name=_("lead"))
    kind = models.CharField(_("to what"), max_length=8, choices=Kind)
    text_version = models.PositiveSmallIntegerField(_("version of the text"))
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, default=Channel.BOT)
    given_at = models.DateTimeField(_("given"))
    given_in = models.BigIntegerField(_("given in update"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_in = models.BigIntegerField(_("withdrawn in update"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ("-given_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "kind"], name="consent_one_in_force", condition=models.Q(withdrawn_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} v{self.text_version}"
