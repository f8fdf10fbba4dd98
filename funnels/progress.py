"""How the texts on trial do. Behind a door that shows the partner, or all of them.

How far people come in the sequences is told by the milestones, see `analytics.reports.sequences`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from funnels.experiments import Arm


@dataclass(frozen=True, slots=True)
class Cohort:
    """Whose leads, and since when it was shown to them; None: all partners, from the beginning."""

    partner_id: int | None = None
    since: datetime | None = None

    @property
    def params(self) -> dict[str, Any]:
        return {"partner": self.partner_id, "since": self.since}


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
