from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.partner import Partner


class Invitation(models.Model):
    """A link that lets one person into a partner's panel, once. Only the hash of its token is kept.

    Waiting → opened by somebody, whose alone it is from then on → accepted by them → confirmed.
    """

    class Kind(models.TextChoices):
        OWNER = "owner", _("partner")
        HELPER = "helper", _("partner's helper")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        OPENED = "opened", _("opened")
        ACCEPTED = "accepted", _("accepted")
        CONFIRMED = "confirmed", _("confirmed")
        DECLINED = "declined", _("declined")

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, verbose_name=_("partner"))
    kind = models.CharField(_("invited as"), max_length=8, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("valid until"))

    # Who opened it, as Telegram named them.
    telegram_id = models.BigIntegerField(_("Telegram id"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=130, blank=True)
    username = models.CharField(_("username"), max_length=64, blank=True)
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_state_display()}"
