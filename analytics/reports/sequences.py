"""How far people come in the warm-up sequences, and what it led to. Pure.

Of those who entered on the days of the period, and what has become of them until now; each person once in a number.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from analytics.reports.rates import Rate
from funnels.milestones import Did
from funnels.sequence_schema import Sequence

AIMS = (Did.SHOP, Did.REGISTRATION, Did.CONTACT, Did.ORDERED, Did.JOINED)
FINISHED = "finished"  # the reason of whoever has had all the messages


@dataclass(frozen=True, slots=True)
class Sent:
    """A message: how many got it, for how many it came too late, and whose last one it is until now."""

    key: str
    title: str
    got: int
    missed: int
    standing: int


@dataclass(frozen=True, slots=True)
class Course:
    """One sequence. `waiting`: for the first message; `left`: by the reason; `did`: what it aims at."""

    key: str
    title: str
    entered: int
    waiting: int
    messages: tuple[Sent, ...]
    finished: int
    left: Mapping[str, int]
    did: Mapping[Did, int]
    any: int

    @property
    def running(self) -> int:
        return self.waiting + sum(message.standing for message in self.messages)

    @property
    def gone(self) -> int:
        return sum(self.left.values())

    @property
    def converted(self) -> Rate:
        """Who did at least one of the AIMS after entering."""
        return Rate(self.any, self.entered)

    def got(self, message: Sent) -> Rate:
        return Rate(message.got, self.entered)

    def rate(self, aim: Did) -> Rate:
        return Rate(self.did[aim], self.entered)


def courses(counted: Mapping[tuple[str, str], int], published: Mapping[str, Sequence]) -> tuple[Course, ...]:
    """`counted`: people by (sequence, what), see `funnels.milestones`. The published ones first, in their order."""
    by_sequence: dict[str, Counter[str]] = defaultdict(Counter)
    for (key, what), people in counted.items():
        by_sequence[key][what] += people
    keys = [*published, *sorted(by_sequence.keys() - published.keys())]
    return tuple(_course(key, by_sequence[key], published.get(key)) for key in keys)


def _course(key: str, counted: Counter[str], published: Sequence | None) -> Course:
    left = _after("left", counted)
    return Course(
        key,
        published.title if published else key,
        counted["entered"],
        counted["at:"],
        _messages(counted, published),
        left.pop(FINISHED, 0),
        dict(left.most_common()),
        {aim: counted[f"did:{aim}"] for aim in AIMS},
        counted["did:any"],
    )


def _messages(counted: Counter[str], published: Sequence | None) -> tuple[Sent, ...]:
    """In the order of the text; those that are no longer in it come last."""
    got, missed, standing = (_after(what, counted) for what in ("got", "missed", "at"))
    titles = {step.key: step.title or step.key for step in published.steps} if published else {}
    others = sorted((got.keys() | missed.keys() | standing.keys()) - titles.keys() - {""})
    keys = [*titles, *others]
    return tuple(Sent(key, titles.get(key, key), got[key], missed[key], standing[key]) for key in keys)


def _after(what: str, counted: Counter[str]) -> Counter[str]:
    return Counter({key.partition(":")[2]: people for key, people in counted.items() if key.startswith(f"{what}:")})
