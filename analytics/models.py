from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner


class Tally(models.Model):
    """How many people, see `analytics.tallying`: sums of milestones, so that no page has to count them.

    Rows without a partner are the sums over the network. They follow from the milestones and can be made anew.
    """

    partner = models.ForeignKey(
        Partner, on_delete=models.CASCADE, null=True, blank=True, db_index=False, verbose_name=_("partner")
    )
    name = models.CharField(_("what"), max_length=16)
    version = models.BigIntegerField(_("funnel version"), default=0)  # 0: of none
    day = models.DateField(_("day"))  # in the partner's zone
    key = models.CharField(_("key"), max_length=64)
    aux = models.CharField(_("second key"), max_length=64, blank=True)
    people = models.BigIntegerField(_("people"))

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        # With the number in it, a page reads nothing but a range of this index: the rows themselves lie far apart.
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "name", "version", "day", "key", "aux"],
                include=["people"],
                nulls_distinct=False,
                name="tally_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key} {self.aux}".strip()


class Rollup(models.Model):
    """How far the events have been counted. One row."""

    txid = models.BigIntegerField(_("next transaction"), default=0)
    definition = models.CharField(_("definition"), max_length=64, blank=True)  # of what is counted
    counted_at = models.DateTimeField(_("counted until"), null=True, blank=True)

    class Meta:
        verbose_name = _("rollup")
        verbose_name_plural = _("rollups")

    def __str__(self) -> str:
        return str(self.txid)


class CountedPartner(models.Model):
    """In which zone a partner's days were counted."""

    partner = models.OneToOneField(Partner, on_delete=models.CASCADE, primary_key=True, verbose_name=_("partner"))
    time_zone = models.CharField(_("time zone"), max_length=64)

    class Meta:
        verbose_name = _("counted partner")
        verbose_name_plural = _("counted partners")

    def __str__(self) -> str:
        return self.time_zone


class StaleDay(models.Model):
    """A partner's day about which something was written; triggers of the database put it down, so nobody forgets.

    Counted anew, see `analytics.services.days`, its rows go.
    """

    class What(models.TextChoices):
        QUESTIONS = "questions", _("questions to the curator")
        AI = "ai", _("AI calls")

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, db_index=False, verbose_name=_("partner"))
    what = models.CharField(_("what"), max_length=12, choices=What)
    day = models.DateField(_("day"))  # in the partner's zone

    class Meta:
        verbose_name = _("stale day")
        verbose_name_plural = _("stale days")

    def __str__(self) -> str:
        return f"{self.what} {self.day}"
