from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Bot, Partner


class InboxUpdate(models.Model):
    """A raw update, stored before Telegram is told that we have it; handled once, together with its effect.

    received → handled (its effect is committed, `replies` wait to be sent) → answered | failed.
    """

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, verbose_name=_("partner"))
    bot = models.ForeignKey(Bot, on_delete=models.CASCADE, verbose_name=_("bot"))
    update_id = models.BigIntegerField(_("update id"))
    payload = models.TextField(_("payload"))
    received_at = models.DateTimeField(_("received"))
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)
    replies = models.TextField(_("replies"), blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    failed_at = models.DateTimeField(_("set aside"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("update")
        verbose_name_plural = _("inbox")
        constraints = [models.UniqueConstraint(fields=["bot", "update_id"], name="inbox_bot_update")]
        indexes = [
            models.Index(
                fields=["bot", "update_id"],
                name="inbox_open",
                condition=models.Q(answered_at__isnull=True, failed_at__isnull=True),
            ),
            models.Index(fields=["received_at"], name="inbox_received"),
            models.Index(fields=["failed_at"], name="inbox_failed", condition=models.Q(failed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.bot_id}/{self.update_id}"
