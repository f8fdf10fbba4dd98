"""Whether the score tells who will buy: what became of people by the highest band of their score before that. Pure.

Intervals are at 95 %, after Wilson: see `funnels.experiments`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from funnels.experiments import Arm, Comparison, Interval, compare
from funnels.milestones import OUTCOMES, Did
from funnels.scoring import BANDS


@dataclass(frozen=True, slots=True)
class Band:
    """`did`: how many of the people with this score ordered, and became partners."""

    key: str
    people: int
    did: Mapping[Did, int]

    def arm(self, deed: Did) -> Arm:
        return Arm(self.key, self.people, self.did[deed])

    def interval(self, deed: Did) -> Interval:
        return self.arm(deed).interval


@dataclass(frozen=True, slots=True)
class Quality:
    """From cold to very hot. `heat`: hot and very hot people against all others, in orders."""

    bands: tuple[Band, ...]
    heat: Comparison

    @property
    def is_empty(self) -> bool:
        return not any(band.people for band in self.bands)


def quality(people: Mapping[tuple[str, str], int]) -> Quality:
    """`people`: by band and deed."""
    bands = [
        Band(key, people.get((key, Did.CAME), 0), {deed: people.get((key, deed), 0) for deed in OUTCOMES})
        for key in BANDS
    ]
    others, hot = _together("others", bands[:2]), _together("hot", bands[2:])
    return Quality(tuple(bands), compare([others, hot])[0])


def _together(key: str, bands: list[Band]) -> Arm:
    return Arm(key, sum(band.people for band in bands), sum(band.did[Did.ORDERED] for band in bands))
