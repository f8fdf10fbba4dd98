from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner


class LessonProgress(models.Model):
    """A lesson that somebody has opened: the partner and every helper learn on their own account."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    telegram_id = models.BigIntegerField(_("Telegram id"))
    course = models.CharField(_("course"), max_length=12)
    lesson = models.CharField(_("lesson"), max_length=11)
    screen = models.PositiveSmallIntegerField(_("screen"), default=0)
    opened_at = models.DateTimeField(_("last opened"))
    done_at = models.DateTimeField(_("learned"), null=True, blank=True)

    class Meta:
        verbose_name = _("lesson of a person")
        verbose_name_plural = _("training")
        ordering = ("-opened_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=["partner", "telegram_id", "course", "lesson"], name="lesson_once")
        ]
        indexes = [models.Index(fields=["-opened_at", "-id"], name="lesson_opened")]

    def __str__(self) -> str:
        return f"{self.course}.{self.lesson}"
