"""What happened in a period, and how far those came who came in it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.reports.rates import Figure, Rate
from funnels.milestones import DEEDS, Did

PATH = (Did.CAME, Did.PRODUCT, Did.SHOP, Did.CONTACT, Did.ORDERED)  # what the picture of the funnel shows


@dataclass(frozen=True, slots=True)
class Overview:
    """`deeds`: people who did it for the first time on these days. `arrived`: of those who came on these days, how
    many have done it until now; `arrived_before`: the same of the previous period.
    """

    deeds: Mapping[Did, Figure]
    arrived: Mapping[Did, int]
    arrived_before: Mapping[Did, int]

    @property
    def is_empty(self) -> bool:
        return not any(figure.now for figure in self.deeds.values())

    def rate(self, deed: Did) -> Rate:
        return Rate(self.arrived[deed], self.arrived[Did.CAME])

    def rate_before(self, deed: Did) -> Rate:
        return Rate(self.arrived_before[deed], self.arrived_before[Did.CAME])

    @property
    def path(self) -> tuple[tuple[Did, int], ...]:
        return tuple((deed, self.arrived[deed]) for deed in PATH)


def overview(
    deeds: Mapping[str, int], before: Mapping[str, int], arrived: Mapping[str, int], arrived_before: Mapping[str, int]
) -> Overview:
    return Overview(
        deeds={deed: Figure(deeds.get(deed, 0), before.get(deed, 0)) for deed in DEEDS},
        arrived={deed: arrived.get(deed, 0) for deed in DEEDS},
        arrived_before={deed: arrived_before.get(deed, 0) for deed in DEEDS},
    )
