"""How far leads come in the sequences. Unique people; behind a door that shows the partner, or all of them.

A cohort: those who entered since a moment, and what has become of them until now.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count

from funnels.experiments import Arm
from funnels.models import Enrollment

State = Enrollment.State


@dataclass(frozen=True, slots=True)
class Cohort:
    """Whose leads, and since when they entered; None: all partners, from the beginning."""

    partner_id: int | None = None
    since: datetime | None = None

    @property
    def params(self) -> dict[str, Any]:
        return {"partner": self.partner_id, "since": self.since}


@dataclass(frozen=True, slots=True)
class Converted:
    """People who did something of what a sequence aims at, after they had entered it; `any`: at least one of it."""

    clicked: int = 0
    contact: int = 0
    ordered: int = 0
    any: int = 0


@dataclass(slots=True)
class Totals:
    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    standing: Counter[str] = field(default_factory=Counter)  # by the key of the next message
    converted: Converted = Converted()

    @property
    def entered(self) -> int:
        return self.states.total()

    @property
    def converted_rate(self) -> float:
        return self.converted.any / self.entered if self.entered else 0.0

    @property
    def running(self) -> int:
        return self.states[State.ACTIVE] + self.states[State.FROZEN]

    @property
    def frozen(self) -> int:
        return self.states[State.FROZEN]

    @property
    def finished(self) -> int:
        return self.states[State.FINISHED]

    @property
    def left(self) -> int:
        return self.states[State.LEFT]


@dataclass(frozen=True, slots=True)
class Got:
    """How many a message was prepared for, and for how many it came too late."""

    sent: int = 0
    missed: int = 0


def totals(cohort: Cohort) -> dict[str, Totals]:
    """By the key of the sequence. Two queries."""
    found: dict[str, Totals] = defaultdict(Totals)
    for sequence, state, reason, step, people in _places(cohort):
        one = found[sequence]
        one.states[state] += people
        if state == State.LEFT:
            one.reasons[reason] += people
        if step:
            one.standing[step] += people
    for sequence, clicked, contact, ordered, at_least_one in _rows(CONVERTED, cohort.params):
        found[sequence].converted = Converted(clicked, contact, ordered, at_least_one)
    return found


def _places(cohort: Cohort) -> Iterable[tuple[str, str, str, str, int]]:
    rows = Enrollment.objects.all()
    if cohort.partner_id is not None:
        rows = rows.filter(partner_id=cohort.partner_id)
    if cohort.since is not None:
        rows = rows.filter(entered_at__gte=cohort.since)
    return rows.values_list("sequence", "state", "exit_reason", "next_step").annotate(Count("lead", distinct=True))


CONVERTED = """
SELECT sequence, count(*) FILTER (WHERE clicked), count(*) FILTER (WHERE contact), count(*) FILTER (WHERE ordered),
    count(*)
FROM (
    SELECT n.sequence, n.lead_id, bool_or(e.kind = 'link_clicked') AS clicked,
        bool_or(e.kind = 'contact_left') AS contact, bool_or(e.kind = 'status_changed') AS ordered
    FROM funnels_enrollment n JOIN funnels_funnelevent e ON e.lead_id = n.lead_id AND e.at >= n.entered_at
    WHERE (e.kind = 'contact_left'
            OR e.kind = 'link_clicked' AND e.data->>'slot' IN ('shop', 'registration')
            OR e.kind = 'status_changed' AND e.data->>'to' IN ('ordered', 'partner'))
        AND (%(partner)s::bigint IS NULL OR n.partner_id = %(partner)s AND e.partner_id = %(partner)s)
        AND (%(since)s::timestamptz IS NULL OR n.entered_at >= %(since)s AND e.at >= %(since)s)
    GROUP BY n.sequence, n.lead_id
) people GROUP BY sequence
"""


def got(sequence: str, cohort: Cohort) -> dict[str, Got]:
    """By the key of the step."""
    params = {**cohort.params, "sequence": sequence, "prefix": f"{sequence}:%"}
    return {step: Got(sent, missed) for step, sent, missed in _rows(GOT, params)}


GOT = """
SELECT split_part(e.step, ':', 2), count(DISTINCT e.lead_id) FILTER (WHERE NOT e.data ? 'missed'),
    count(DISTINCT e.lead_id) FILTER (WHERE e.data ? 'missed')
FROM funnels_funnelevent e JOIN funnels_enrollment n ON n.lead_id = e.lead_id AND n.sequence = %(sequence)s
WHERE e.kind = 'warmup_sent' AND e.step LIKE %(prefix)s
    AND (%(partner)s::bigint IS NULL OR n.partner_id = %(partner)s AND e.partner_id = %(partner)s)
    AND (%(since)s::timestamptz IS NULL OR n.entered_at >= %(since)s AND e.at >= %(since)s)
GROUP BY 1
"""


def trial(sequence: str, step: str, cohort: Cohort) -> dict[str, Arm]:
    """The texts of the step that were shown, by their key."""
    params = {**cohort.params, "place": f"{sequence}:{step}"}
    return {key: Arm(key, shown, converted) for key, shown, converted in _rows(TRIAL, params)}


# Sent to a lead once; a press of a link counts when it stands in this very message.
TRIAL = """
SELECT s.data->>'variant', count(*), count(*) FILTER (WHERE EXISTS (
    SELECT FROM funnels_funnelevent e
    WHERE e.lead_id = s.lead_id AND e.at > s.at AND e.at <= s.at + interval '7 days' AND (
        e.kind = 'contact_left'
        OR e.kind = 'link_clicked' AND e.step = s.step
        OR e.kind = 'status_changed' AND e.data->>'to' IN ('ordered', 'partner'))))
FROM funnels_funnelevent s
WHERE s.kind = 'warmup_sent' AND s.step = %(place)s AND s.data ? 'variant'
    AND (%(partner)s::bigint IS NULL OR s.partner_id = %(partner)s)
    AND (%(since)s::timestamptz IS NULL OR s.at >= %(since)s)
GROUP BY 1
"""


def _rows(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Not prepared: the best plan depends on whether there is a partner and a period."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
