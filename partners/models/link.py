from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.partner import Partner
from partners.validators import validate_web_link


class Link(models.Model):
    """A deep link t.me/<bot>?start=<code>: where a lead came from and where in the funnel they enter."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, verbose_name=_("partner"))
    code = models.CharField(
        _("code"),
        max_length=64,
        validators=[RegexValidator(r"^[A-Za-z0-9_-]{1,64}$", _("Use A–Z, a–z, 0–9, - and _, at most 64."))],
    )
    campaign = models.CharField(_("campaign"), max_length=120, blank=True)
    material = models.CharField(_("material"), max_length=120, blank=True)
    author = models.CharField(_("author"), max_length=120, blank=True)
    entry = models.CharField(_("funnel entry"), max_length=24, blank=True, help_text=_("A step of the funnel."))
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ("-created_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=["partner", "code"], name="link_partner_code"),
            models.UniqueConstraint(fields=["id", "partner"], name="link_id_partner"),
        ]

    def __str__(self) -> str:
        return self.campaign or self.code

    @property
    def title(self) -> str:
        """All that is written about it: several links may share a campaign."""
        return " · ".join(filter(None, (self.campaign, self.material, self.author))) or self.code


class Destination(models.Model):
    """Where a link slot of the texts leads for this partner, when it is neither shop nor registration.

    «shop.collagen» falls back to «shop», everything falls back to the partner's main shop link.
    """

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, verbose_name=_("partner"))
    slot = models.CharField(
        _("slot"), max_length=40, validators=[RegexValidator(r"^[a-z][a-z0-9_.]{0,39}$", _("Use a–z, 0–9, _ and ."))]
    )
    url = models.URLField(_("leads to"), max_length=500, validators=[validate_web_link])

    class Meta:
        verbose_name = _("destination")
        verbose_name_plural = _("destinations")
        ordering = ("slot",)
        constraints = [models.UniqueConstraint(fields=["partner", "slot"], name="destination_partner_slot")]

    def __str__(self) -> str:
        return self.slot
