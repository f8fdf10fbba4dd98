"""Through which links people came, and how far they went. Pure.

Of those who came on the days of the period: each has one first link and one last link, or none (`NO_LINK`), so the
sums over all sources are those of the overview.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from analytics.reports.rates import Rate
from analytics.tallying import LINKED
from funnels.milestones import NO_LINK, Did

Part = Literal["link", "campaign", "material", "author"]
PARTS: tuple[Part, ...] = ("link", "campaign", "material", "author")
Deeds = Mapping[Did, int]


@dataclass(frozen=True, slots=True)
class Named:
    """What a partner wrote about a link."""

    code: str
    campaign: str = ""
    material: str = ""
    author: str = ""
    partner: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """`key` is the link's id, or what its campaign, material or author is called; None: no link, or none is named."""

    key: str | None
    named: Named | None
    first: Deeds
    last: Deeds

    def rate(self, aim: Did) -> Rate:
        """By the first touch."""
        return Rate(self.first[aim], self.first[Did.CAME])

    def last_rate(self, aim: Did) -> Rate:
        return Rate(self.last[aim], self.last[Did.CAME])


@dataclass(frozen=True, slots=True)
class Sources:
    """Those that brought the most people first."""

    lines: tuple[Source, ...]

    @property
    def total(self) -> Deeds:
        return {deed: sum(line.first[deed] for line in self.lines) for deed in LINKED}


def sources(
    first: Mapping[tuple[str, str], int],
    last: Mapping[tuple[str, str], int],
    names: Mapping[str, Named],
    part: Part = "link",
) -> Sources:
    """`first`, `last`: people by (link, deed)."""
    firsts, lasts = _grouped(first, names, part), _grouped(last, names, part)
    keys = firsts.keys() | lasts.keys()
    found = [
        Source(key, names.get(key or "") if part == "link" else None, _deeds(firsts[key]), _deeds(lasts[key]))
        for key in keys
    ]
    return Sources(tuple(sorted(found, key=lambda line: (-line.first[Did.CAME], -line.last[Did.CAME], line.key or ""))))


def _grouped(
    counted: Mapping[tuple[str, str], int], names: Mapping[str, Named], part: Part
) -> defaultdict[str | None, Counter[str]]:
    found: defaultdict[str | None, Counter[str]] = defaultdict(Counter)
    for (link, deed), people in counted.items():
        found[_key(link, names, part)][deed] += people
    return found


def _key(link: str, names: Mapping[str, Named], part: Part) -> str | None:
    if link == NO_LINK:
        return None
    if part == "link":
        return link
    named = names.get(link)
    return getattr(named, part) or None if named else None


def _deeds(counted: Counter[str]) -> Deeds:
    return {deed: counted[deed] for deed in LINKED}
