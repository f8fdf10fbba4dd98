from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Lead, Partner


class Milestone(models.Model):
    """What a lead has done, see `funnels.milestones`. Follows from the events and can be made anew at any time."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, db_index=False, verbose_name=_("lead"))
    name = models.CharField(_("what"), max_length=16)
    version = models.BigIntegerField(_("funnel version"), default=0)  # 0: of none
    step = models.CharField(_("step"), max_length=64, blank=True)
    at = models.DateTimeField(_("when"))
    day = models.DateField(_("day"))  # of `at` in the partner's zone when it was counted

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        constraints = [models.UniqueConstraint(fields=["lead", "name", "version", "step"], name="milestone_once")]
        # The day before the partner: the whole network of a month is one range, a partner of it is filtered inside.
        indexes = [models.Index(fields=["name", "version", "step", "day", "partner"], name="milestone_day")]

    def __str__(self) -> str:
        return f"{self.name} {self.step}".strip()
