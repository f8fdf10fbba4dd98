from __future__ import annotations

from collections import Counter

from analytics.periods import Period
from analytics.queries.tallies import Whose, tallies
from analytics.reports import overview as reports
from analytics.reports.overview import Overview


def overview(whose: Whose, period: Period) -> Overview:
    return reports.overview(
        deeds=_summed(whose, period, "deed"),
        before=_summed(whose, period.previous, "deed"),
        arrived=_summed(whose, period, "cohort"),
        arrived_before=_summed(whose, period.previous, "cohort"),
    )


def _summed(whose: Whose, period: Period, name: str) -> Counter[str]:
    """By deed, whatever the second key."""
    total: Counter[str] = Counter()
    for (key, _aux), people in tallies(whose, period, name).items():
        total[key] += people
    return total
