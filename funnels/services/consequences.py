"""What the partner must hear of a turn, once it is written. Behind the partner's door, in the turn's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from funnels.models import Alert
from funnels.services.alerts import raise_again
from funnels.services.scores import rescore
from funnels.services.takeover import pass_on
from funnels.services.turn_rows import Outcome
from partners.models import Lead

Trigger = Alert.Trigger


@dataclass(frozen=True, slots=True)
class Report:
    outcome: Outcome
    left_contact: bool
    asked: bool

    @property
    def is_due(self) -> bool:
        return self.left_contact or self.asked or bool(self.outcome.heard)


def draw_consequences(*, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Most turns have none, and cost nothing here."""
    reports = [report for report in map(_report, outcomes) if report.is_due]
    if not reports:
        return
    leads = Lead.objects.select_related("partner", "first_link", "last_link")
    found = leads.in_bulk([report.outcome.place.lead_id for report in reports])
    rescore(leads=found.values(), now=now)
    for report in reports:
        _tell(report, found[report.outcome.place.lead_id], now)


def _report(outcome: Outcome) -> Report:
    kinds = {event.kind for event in outcome.decision.events}
    return Report(outcome, "contact_left" in kinds, "support_asked" in kinds)


def _tell(report: Report, lead: Lead, now: datetime) -> None:
    update_id = report.outcome.update_id
    if report.left_contact:
        key, trigger = f"contact:{lead.pk}:{update_id}", Trigger.CONTACT_LEFT
        raise_again(lead=lead, trigger=trigger, headline="contact_updated", key=key, now=now)
    if report.asked:
        key, trigger = f"question:{lead.pk}:{update_id}", Trigger.QUESTION_UNANSWERED
        raise_again(lead=lead, trigger=trigger, headline="question_unanswered", key=key, now=now)
    if say := report.outcome.heard:
        pass_on(lead=lead, say=say, text=report.outcome.text, update_id=update_id, now=now)
