from __future__ import annotations

from analytics.periods import Period
from analytics.queries.tallies import Whose, tallies
from analytics.reports import funnel as reports
from analytics.reports.funnel import Funnel


def funnel(whose: Whose, period: Period, version: int, entered: int) -> Funnel:
    """`entered`: how many first saw the version, see `versions_entered`."""
    return reports.funnel(
        version,
        entered,
        tallies(whose, period, "screen", version=version),
        tallies(whose, period, "next", version=version),
        tallies(whose, period, "pause", version=version),
    )
