from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner


class Checklist(models.Model):
    """A new partner's first week: since when, when the partner was last seen, and the next nudge."""

    partner = models.OneToOneField(Partner, on_delete=models.CASCADE, primary_key=True, verbose_name=_("partner"))
    started_at = models.DateTimeField(_("since"))
    offered = models.BooleanField(_("offered in the bot"), default=False)
    # Five minutes may be missing: not every act is written down.
    seen_at = models.DateTimeField(_("last seen in the panel"), null=True, blank=True)
    nudges = models.PositiveSmallIntegerField(_("nudges passed"), default=0)
    nudge_at = models.DateTimeField(_("next nudge"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("start checklist")
        verbose_name_plural = _("start checklists")
        indexes = [
            models.Index(fields=["nudge_at"], name="checklist_nudge", condition=models.Q(nudge_at__isnull=False))
        ]

    def __str__(self) -> str:
        return str(self.partner_id)


class ChecklistTask(models.Model):
    """A task that is done; what the product has seen by itself stays done."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    task = models.CharField(_("task"), max_length=24)
    seen = models.BooleanField(_("seen by the product"), default=False)
    done_at = models.DateTimeField(_("done"))

    class Meta:
        verbose_name = _("done task")
        verbose_name_plural = _("done tasks")
        constraints = [models.UniqueConstraint(fields=["partner", "task"], name="checklist_task_once")]

    def __str__(self) -> str:
        return self.task
