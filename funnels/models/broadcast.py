from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner


class Broadcast(models.Model):
    """One text to a segment of a partner's leads. Its recipients are frozen as rows of the outbox when it is confirmed.

    Progress is counted from those rows (source `broadcast:<id>`), never kept here.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SENDING = "sending", _("is being sent")
        PAUSED = "paused", _("paused")
        FINISHED = "finished", _("finished")
        CANCELLED = "cancelled", _("cancelled")

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, verbose_name=_("partner"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    segment = models.JSONField(_("segment"), default=dict)
    text = models.TextField(_("text"), max_length=4_096, blank=True)
    picture = models.ImageField(_("picture"), upload_to="broadcasts/", blank=True)
    button_text = models.CharField(_("button"), max_length=64, blank=True)
    button_slot = models.CharField(_("button leads to"), max_length=40, blank=True)

    # The law on advertising: a mark, or a person who says that it is none.
    erid = models.CharField(_("advert mark (erid)"), max_length=64, blank=True)
    advertiser = models.CharField(_("advertiser"), max_length=200, blank=True)
    no_advert_by = models.CharField(_("not an advert, says"), max_length=120, blank=True)

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("author")
    )
    author_telegram_id = models.BigIntegerField(_("author's Telegram id"), null=True, blank=True)
    # What the bot waits for from the author, and since when: «text» or «mark».
    asks = models.CharField(
        max_length=4, choices=[("text", "text"), ("mark", "mark")], blank=True, default="", db_default=""
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(_("why it is paused"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("broadcast")
        verbose_name_plural = _("broadcasts")
        ordering = ("-id",)
        indexes = [
            models.Index(
                fields=["state"], name="broadcast_going_on", condition=models.Q(state__in=["sending", "paused"])
            ),
        ]

    def __str__(self) -> str:
        return f"{_('broadcast')} {self.pk}"
