from __future__ import annotations

from analytics.periods import Period
from analytics.queries.tallies import Whose, tallies
from analytics.reports import quality as reports
from analytics.reports.quality import Quality


def quality(whose: Whose, period: Period) -> Quality:
    return reports.quality(tallies(whose, period, "band"))
