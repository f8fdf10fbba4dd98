"""How much two posts say the same in the same words. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32

from content.knowledge.words import lemmas
from content.posts.duties import without_duties
from content.posts.links import seen

ROW = 3  # words in a row that are compared
# Measured with the shipped texts: the same section with other words around it 0.3 to 0.6,
# posts that only share their type's turns of phrase below 0.2.
ALIKE = 0.25

Prints = frozenset[int]


@dataclass(frozen=True, slots=True)
class Earlier:
    """A post of the last 90 days."""

    id: int
    prints: Prints


def prints(html: str) -> Prints:
    """Every three words in a row, in their dictionary forms: the same in every process, so it may be kept."""
    found = lemmas(without_duties(seen(html)))
    rows = (" ".join(found[at : at + ROW]) for at in range(max(1, len(found) - ROW + 1)))
    return frozenset(crc32(row.encode()) for row in rows)


def likeness(one: Prints, other: Prints) -> float:
    """0 to 1: of all they say, what both say."""
    common = len(one & other)
    return common / (len(one) + len(other) - common)


def most_alike(one: Prints, earlier: Iterable[Earlier]) -> tuple[Earlier, float] | None:
    """The earlier post that says nearly the same, if there is one."""
    alike = [(post, value) for post in earlier if (value := likeness(one, post.prints)) >= ALIKE]
    return max(alike, key=lambda pair: pair[1], default=None)
