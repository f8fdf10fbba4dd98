"""The two ends of a tick: the due places are locked and read, what became of them is written. One statement each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from funnels.models import Enrollment, FunnelEvent
from partners.fastsql import fetch
from partners.models import Lead

# What a tick looks at: the rows are many.
COLUMNS = (
    "partner_id", "lead_id", "sequence", "state", "position", "next_step", "fire_at", "entered_at", "ended_at",
    "exit_reason", *(f"lead__{name}" for name in (
        "partner_id", "telegram_id", "first_name", "phone", "status", "blocked_at", "taken_at", "snoozed_until",
        "last_promo_at",
    )),
)  # fmt: skip


def take_due(*, now: datetime, limit: int) -> list[Enrollment]:
    """Locked with their leads. Whoever is being dealt with elsewhere is left for the next tick, never waited for."""
    due = Enrollment.objects.filter(state=Enrollment.State.ACTIVE, fire_at__lte=now).order_by("fire_at")
    locked = due.select_for_update(of=("self", "lead"), skip_locked=True, no_key=True)
    batch = list(locked.select_related("lead").only(*COLUMNS)[:limit])
    leads: dict[int, Lead] = {}
    for enrollment in batch:  # a lead in two sequences: the second one sees what the first has just decided
        enrollment.lead = leads.setdefault(enrollment.lead_id, enrollment.lead)
    return batch


WRITE = """
WITH place AS (
    UPDATE funnels_enrollment e SET state = p.state, position = p.position, next_step = p.next_step,
        fire_at = p.fire_at, ended_at = p.ended_at, exit_reason = p.exit_reason
    FROM unnest(%(places)b::bigint[], %(states)b::text[], %(positions)b::int[], %(next_steps)b::text[],
                %(fire_at)b::timestamptz[], %(ended_at)b::timestamptz[], %(reasons)b::text[])
        AS p (id, state, position, next_step, fire_at, ended_at, exit_reason)
    WHERE e.id = p.id
), wrote AS (
    UPDATE partners_lead SET last_promo_at = %(now)s WHERE id = ANY(%(wrote)b)
)
INSERT INTO funnels_funnelevent (partner_id, lead_id, kind, step, data, at)
SELECT %(partner)s, lead_id, %(kind)s, step, data::jsonb, %(now)s
FROM unnest(%(leads)b::bigint[], %(steps)b::text[], %(data)b::text[]) AS e (lead_id, step, data)
"""


def write(
    *,
    partner_id: int,
    batch: Sequence[Enrollment],
    wrote_to: Iterable[int],
    events: Sequence[tuple[int, str, dict[str, object]]],
    now: datetime,
) -> None:
    """`wrote_to`: the leads who get a message; `events`: lead, step and data of each `warmup_sent`."""
    params = {
        "partner": partner_id,
        "now": now,
        "places": [enrollment.pk for enrollment in batch],
        "states": [str(enrollment.state) for enrollment in batch],
        "positions": [enrollment.position for enrollment in batch],
        "next_steps": [enrollment.next_step for enrollment in batch],
        "fire_at": [enrollment.fire_at for enrollment in batch],
        "ended_at": [enrollment.ended_at for enrollment in batch],
        "reasons": [str(enrollment.exit_reason) for enrollment in batch],
        "wrote": list(wrote_to),
        "kind": str(FunnelEvent.Kind.WARMUP_SENT),
        "leads": [lead_id for lead_id, _step, _data in events],
        "steps": [step for _lead, step, _data in events],
        "data": [json.dumps(data) for _lead, _step, data in events],
    }
    fetch(WRITE, params)
