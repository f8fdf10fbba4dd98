"""How much of what a part of the installation can carry is used, and when that is too much. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy

from partners.health import span

TIGHT, FULL = 0.75, 0.9  # of what it can carry: time to plan, and time to act


class Verdict(IntEnum):
    """The greater, the worse."""

    ENOUGH = 0
    TIGHT = 1
    ADD = 2


WORDS: dict[Verdict, Any] = {
    Verdict.ENOUGH: gettext_lazy("enough"),
    Verdict.TIGHT: gettext_lazy("getting tight"),
    Verdict.ADD: gettext_lazy("at the limit"),
}
_OF = gettext_lazy("%(used)s of %(limit)s")
TONES = {Verdict.ENOUGH: "good", Verdict.TIGHT: "wait", Verdict.ADD: "bad"}


@dataclass(frozen=True, slots=True)
class Gauge:
    """`used`: of what it can carry, 1 is all. `worst`: how bad it may be called, where the limit is somebody else's."""

    name: str
    told: str
    used: float
    advice: str
    worst: Verdict = Verdict.ADD

    @property
    def verdict(self) -> Verdict:
        found = Verdict.ADD if self.used >= FULL else Verdict.TIGHT if self.used >= TIGHT else Verdict.ENOUGH
        return min(found, self.worst)

    @property
    def percent(self) -> int:
        return round(100 * max(0.0, min(self.used, 1.0)))

    @property
    def tone(self) -> str:
        return TONES[self.verdict]


@dataclass(frozen=True, slots=True)
class Part:
    """`facts` are numbers without a limit of their own."""

    name: str
    icon: str
    gauges: Sequence[Gauge]
    facts: Sequence[tuple[str, str]] = ()

    @property
    def verdict(self) -> Verdict:
        return max((gauge.verdict for gauge in self.gauges), default=Verdict.ENOUGH)

    @property
    def word(self) -> str:
        return str(WORDS[self.verdict])

    @property
    def tone(self) -> str:
        return TONES[self.verdict]

    @property
    def advice(self) -> list[str]:
        """What to do, the most urgent first, nothing twice."""
        urgent = sorted(self.gauges, key=lambda gauge: -gauge.verdict)
        return list(dict.fromkeys(gauge.advice for gauge in urgent if gauge.verdict > Verdict.ENOUGH))


def amount(name: str, used: float, limit: float, advice: str, *, worst: Verdict = Verdict.ADD) -> Gauge:
    """So many of so many; what has no place at all is full."""
    share = used / limit if limit else float(used > 0)
    told = str(_OF % {"used": number(used), "limit": number(limit)})
    return Gauge(name, told, share, advice, worst)


def age(name: str, waited: timedelta, limit: timedelta, advice: str, *, more: str = "") -> Gauge:
    """How long the oldest waits; `limit` is when that becomes an incident. `more` is said behind it."""
    told = str(_OF % {"used": span(waited.total_seconds()), "limit": span(limit.total_seconds())})
    return Gauge(name, f"{told}, {more}" if more else told, waited / limit, advice)


def number(value: float) -> str:
    """«1 250», «28,5»."""
    is_whole = value == int(value) or value >= 100
    return number_format(value, decimal_pos=0 if is_whole else 1, use_l10n=True, force_grouping=True)
