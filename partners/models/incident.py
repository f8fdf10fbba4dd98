from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.health import WORDS
from partners.models.partner import Partner
from partners.models.told import Told


class Incident(models.Model):
    """Something is wrong, from the first sign of it to the end. Moved on by `partners.incident_rules` alone.

    suspected → open → closed; a closed one that comes back soon is the same incident, opened once more.
    """

    class State(models.TextChoices):
        SUSPECTED = "suspected", _("suspected")
        OPEN = "open", _("open")
        CLOSED = "closed", _("over")

    kind = models.CharField(_("what"), max_length=16, choices=[(kind.value, word) for kind, word in WORDS.items()])
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("partner"))
    subject = models.CharField(_("where"), max_length=120, blank=True)  # a lane, a disk
    detail = models.CharField(_("details"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SUSPECTED)
    since = models.DateTimeField(_("first sign"))
    bad_at = models.DateTimeField(_("last sign"))
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    closed_at = models.DateTimeField(_("over since"), null=True, blank=True)
    times = models.PositiveIntegerField(_("times opened"), default=0)
    taken_by = models.CharField(_("taken by"), max_length=150, blank=True)
    muted_until = models.DateTimeField(_("muted until"), null=True, blank=True)

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ("-opened_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["id", "partner"], name="incident_id_partner"),
            models.UniqueConstraint(
                fields=["kind", "partner", "subject"],
                name="incident_once",
                condition=~Q(state="closed"),
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["state", "-opened_at"], name="incident_state")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.partner or self.subject}" if self.where else self.get_kind_display()

    @property
    def where(self) -> str:
        return ", ".join(filter(None, (self.partner.name if self.partner else "", self.subject)))


class IncidentEvent(Told):
    """The timeline of an incident, and what of it operators are still to hear by Telegram and e-mail."""

    class What(models.TextChoices):
        OPENED = "opened", _("began")
        CLOSED = "closed", _("all right again")
        TAKEN = "taken", _("taken in hand")
        MUTED = "muted", _("muted")
        UNMUTED = "unmuted", _("no longer muted")

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="events", verbose_name=_("incident"))
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("partner"))
    what = models.CharField(_("what"), max_length=8, choices=What)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=150, blank=True)
    detail = models.CharField(_("details"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("event of an incident")
        verbose_name_plural = _("events of incidents")
        ordering = ("at", "pk")
        indexes = [models.Index(fields=["at"], name="incident_untold", condition=Told.UNTOLD)]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.what}"
