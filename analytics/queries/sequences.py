from __future__ import annotations

from analytics.periods import Period
from analytics.queries.tallies import Whose, tallies
from analytics.reports import sequences as reports
from analytics.reports.sequences import Course
from funnels.services.sequences import published_sequences


def courses(whose: Whose, period: Period) -> tuple[Course, ...]:
    return reports.courses(tallies(whose, period, "sequence"), published_sequences(partner_id=whose.partner_id))
