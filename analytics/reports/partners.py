"""Partners beside each other: rates with their intervals, and who differs from the others for certain. Pure.

Of those who came on the days of the period. With 200 partners, ten would leave their 95 % interval by chance alone;
so a partner is called different only where an interval does not reach the network's median that is wide enough for
all who are compared together (Bonferroni): in 19 of 20 such tables nobody is called different by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import NormalDist, median
from typing import Literal

from analytics.reports.rates import Rate
from funnels.experiments import wilson
from funnels.milestones import Did

AIMS = (Did.PRODUCT, Did.SHOP, Did.CONTACT, Did.ORDERED)
LEAST = 30  # leads: with fewer a rate says too little to be compared

Stand = Literal["few", "alike", "above", "below"]


@dataclass(frozen=True, slots=True)
class Line:
    partner_id: int
    arrived: Mapping[Did, int]
    stands: Mapping[Did, Stand]

    @property
    def leads(self) -> int:
        return self.arrived[Did.CAME]

    def rate(self, aim: Did) -> Rate:
        return Rate(self.arrived[aim], self.leads)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`medians`: of the partners who are `compared`, None without any. The lines: the most leads first."""

    lines: tuple[Line, ...]
    medians: Mapping[Did, float | None]
    compared: int


def comparison(partners: Iterable[int], arrived: Mapping[tuple[int, str], int]) -> Comparison:
    """`arrived`: people by (partner, deed)."""
    counted = {pk: {deed: arrived.get((pk, deed), 0) for deed in (Did.CAME, *AIMS)} for pk in partners}
    large = [one for one in counted.values() if one[Did.CAME] >= LEAST]
    medians = {aim: median(one[aim] / one[Did.CAME] for one in large) if large else None for aim in AIMS}
    z = NormalDist().inv_cdf(1 - 0.025 / len(large)) if large else 0.0
    lines = [
        Line(pk, one, {aim: _stand(one[aim], one[Did.CAME], medians[aim], z) for aim in AIMS})
        for pk, one in counted.items()
    ]
    return Comparison(tuple(sorted(lines, key=lambda line: (-line.leads, line.partner_id))), medians, len(large))


def _stand(part: int, whole: int, middle: float | None, z: float) -> Stand:
    if whole < LEAST or middle is None:
        return "few"
    interval = wilson(part, whole, z)
    if interval.low > middle:
        return "above"
    return "below" if interval.high < middle else "alike"
