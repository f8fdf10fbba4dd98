from __future__ import annotations

from analytics.periods import Period
from analytics.queries.tallies import Whose, tallies
from analytics.reports import overview as reports
from analytics.reports.overview import Overview


def overview(whose: Whose, period: Period) -> Overview:
    return reports.overview(
        deeds=_people(whose, period, "deed"),
        before=_people(whose, period.previous, "deed"),
        arrived=_people(whose, period, "arrived"),
        arrived_before=_people(whose, period.previous, "arrived"),
    )


def _people(whose: Whose, period: Period, name: str) -> dict[str, int]:
    return {deed: people for (deed, _aux), people in tallies(whose, period, name).items()}
