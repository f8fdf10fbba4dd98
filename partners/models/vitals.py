from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.bot import Bot
from partners.models.partner import Partner


class BotTraffic(models.Model):
    """What a bot did in a quarter of an hour, counted by its runner. Polls are no calls: they cost nothing."""

    bot = models.ForeignKey(Bot, on_delete=models.CASCADE, db_index=False, verbose_name=_("bot"))
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    at = models.DateTimeField(_("quarter of an hour"))
    updates = models.PositiveIntegerField(_("updates"), default=0)
    calls = models.PositiveIntegerField(_("calls"), default=0)
    throttled = models.PositiveIntegerField(_("refused with 429"), default=0)

    class Meta:
        verbose_name = _("traffic of a bot")
        verbose_name_plural = _("traffic of the bots")
        constraints = [models.UniqueConstraint(fields=["bot", "at"], name="traffic_bot_at")]
        indexes = [models.Index(fields=["at"], name="traffic_at")]

    def __str__(self) -> str:
        return f"{self.bot_id} {self.at}"


class BotVitals(models.Model):
    """How a bot does, measured every few seconds by a tick, so that the board of a thousand bots counts nothing."""

    bot = models.OneToOneField(
        Bot, on_delete=models.CASCADE, primary_key=True, related_name="vitals", verbose_name=_("bot")
    )
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    measured_at = models.DateTimeField(_("measured"))
    waiting = models.JSONField(_("queues"), default=dict)  # lane: seconds that its oldest due message waits
    failed_hour = models.PositiveIntegerField(_("not delivered within an hour"), default=0)
    failed_day = models.PositiveIntegerField(_("not delivered within a day"), default=0)
    aside_hour = models.PositiveIntegerField(_("updates set aside within an hour"), default=0)
    aside_day = models.PositiveIntegerField(_("updates set aside within a day"), default=0)
    calls_hour = models.PositiveIntegerField(_("calls within an hour"), default=0)
    throttled_hour = models.PositiveIntegerField(_("refused with 429 within an hour"), default=0)
    calls_day = models.PositiveIntegerField(_("calls within a day"), default=0)
    throttled_day = models.PositiveIntegerField(_("refused with 429 within a day"), default=0)
    ai_hour = models.PositiveIntegerField(_("AI calls within an hour"), default=0)
    ai_failed_hour = models.PositiveIntegerField(_("failed AI calls within an hour"), default=0)
    ai_rests = models.BooleanField(_("AI account rests"), default=False)
    ai_spent = models.DecimalField(_("AI today, ₽"), max_digits=12, decimal_places=4, default=0)
    ai_cap = models.DecimalField(_("AI budget a day, ₽"), max_digits=9, decimal_places=2, default=0)
    last_post_at = models.DateTimeField(_("last post"), null=True, blank=True)
    leads_today = models.PositiveIntegerField(_("leads today"), default=0)

    class Meta:
        verbose_name = _("vitals of a bot")
        verbose_name_plural = _("vitals of the bots")

    def __str__(self) -> str:
        return str(self.bot_id)
