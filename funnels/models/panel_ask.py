from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner


class PanelAsk(models.Model):
    """What the panel waits for in somebody's next text: one thing for each person."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    telegram_id = models.BigIntegerField(_("Telegram id"))
    what = models.CharField(_("waits for"), max_length=40)
    asked_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("question of the panel")
        verbose_name_plural = _("questions of the panel")
        constraints = [models.UniqueConstraint(fields=["partner", "telegram_id"], name="panel_ask_one")]

    def __str__(self) -> str:
        return self.what
