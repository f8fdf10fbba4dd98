"""How people go through the screens of one version of a funnel. Pure.

Of those who first saw the version on the days of the period: each screen counts a person once, when they first saw
it; what they saw next for the first time is where they went on to.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from analytics.reports.rates import Rate
from analytics.reports.times import quantile


@dataclass(frozen=True, slots=True)
class Screen:
    """`next`: how many went on to which screen, the most first. `pause`: the median time until they did."""

    step: str
    people: int
    next: Mapping[str, int]
    pause: timedelta | None

    @property
    def went_on(self) -> Rate:
        return Rate(sum(self.next.values()), self.people)

    @property
    def stayed(self) -> Rate:
        """Whoever has not gone on: they left here, or are still reading."""
        return Rate(self.people - sum(self.next.values()), self.people)


@dataclass(frozen=True, slots=True)
class Funnel:
    """The screens that most people saw first."""

    version: int
    entered: int
    screens: tuple[Screen, ...]


def funnel(
    version: int,
    entered: int,
    seen: Mapping[tuple[str, str], int],
    went: Mapping[tuple[str, str], int],
    pauses: Mapping[tuple[str, str], int],
) -> Funnel:
    to: dict[str, Counter[str]] = defaultdict(Counter)
    for (step, then), people in went.items():
        to[step][then] += people
    waited: dict[str, Counter[int]] = defaultdict(Counter)
    for (step, bucket), people in pauses.items():
        waited[step][int(bucket)] += people
    screens = [
        Screen(step, people, dict(to[step].most_common()), quantile(waited[step], 0.5))
        for (step, _aux), people in seen.items()
    ]
    screens.sort(key=lambda screen: (-screen.people, screen.step))
    return Funnel(version, entered, tuple(screens))
