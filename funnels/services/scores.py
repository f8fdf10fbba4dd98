"""Stored copies of the scores, for lists, segments and alerts: what `scoring` says of the events at that time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from funnels.models import Alert
from funnels.queries import scored_events
from funnels.scoring import WARM, changes_at, is_hot, score
from funnels.services.alerts import raise_alert
from funnels.services.presets import weights
from partners.fastsql import fetch
from partners.models import Lead

Status = Lead.Status
AUTOMATIC = frozenset({Status.NEW, Status.WARMING, Status.HOT})  # any other status is a person's word
SETTLED = frozenset({Status.ORDERED, Status.PARTNER, Status.NOT_INTERESTED})

UPDATE = """
UPDATE partners_lead l SET score = s.score, customer_score = s.customer, business_score = s.business,
    score_due_at = s.due_at, status = s.status
FROM unnest(%b::bigint[], %b::int[], %b::int[], %b::int[], %b::timestamptz[], %b::text[])
    AS s (lead_id, score, customer, business, due_at, status)
WHERE l.id = s.lead_id
"""


def due_partners(*, now: datetime) -> list[int]:
    """Who has leads whose score may have changed. Behind the operators' door."""
    due = Lead.objects.filter(score_due_at__lte=now).order_by("partner_id")
    return list(due.values_list("partner_id", flat=True).distinct())


def rescore_due(*, partner_id: int, now: datetime, limit: int) -> int:
    """How many leads were looked at; call again while it is `limit`. Behind the partner's door."""
    due = Lead.objects.select_for_update(of=("self",), skip_locked=True).filter(partner_id=partner_id)
    leads = list(
        due.select_related("partner", "first_link", "last_link")
        .filter(score_due_at__lte=now)
        .order_by("score_due_at")[:limit]
    )
    rescore(leads=leads, now=now)
    return len(leads)


def rescore(*, leads: Collection[Lead], now: datetime) -> None:
    """Writes scores, and the statuses that follow from them; whoever becomes hot raises an alert.

    The rows are locked by the caller, who has read them since. `lead.partner` and the links are read for the alert.
    """
    events = scored_events([lead.pk for lead in leads])
    became_hot = []
    for lead in leads:
        result = score(events[lead.pk], now=now, weights=weights())
        if is_hot(result.total) and not is_hot(lead.score) and lead.status not in SETTLED:
            became_hot.append(lead)
        lead.score, lead.customer_score, lead.business_score = result.total, result.customer, result.business
        lead.score_due_at = changes_at(events[lead.pk], now=now, weights=weights())
        lead.status = status_after(lead.status, result.total)
    _write(leads)
    for lead in became_hot:
        raise_alert(lead=lead, trigger=Alert.Trigger.HIGH_ENGAGEMENT, now=now)


def status_after(status: str, total: int) -> str:
    """«Hot» holds as long as the score does; «warming» is never «new» again; a person's word is not touched."""
    if status not in AUTOMATIC:
        return status
    if is_hot(total):
        return Status.HOT
    return Status.WARMING if total >= WARM or status != Status.NEW else Status.NEW


def _write(leads: Collection[Lead]) -> None:
    columns = ("pk", "score", "customer_score", "business_score", "score_due_at")
    values = [[getattr(lead, name) for lead in leads] for name in columns]
    fetch(UPDATE, [*values, [str(lead.status) for lead in leads]])
