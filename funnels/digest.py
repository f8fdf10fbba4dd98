"""The partner's day in numbers: what happened yesterday, what is usual, who waits for the partner. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from funnels.timing import first_moment

Metric = Literal["new", "orders", "registrations", "contacts", "unsubscribed", "blocked"]
METRICS: tuple[Metric, ...] = get_args(Metric)
WEEK = 7
SOURCE = "digest"  # in the outbox


@dataclass(frozen=True, slots=True)
class Figure:
    """How many people did it for the first time: on the day itself, and on the seven days before it."""

    metric: Metric
    people: int
    week: int

    @property
    def usual(self) -> Decimal:
        """A day's average of the week before, to one decimal place."""
        return (Decimal(self.week) / WEEK).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A lead whom the partner has to see to."""

    lead_id: int
    name: str
    score: int


@dataclass(frozen=True, slots=True)
class Digest:
    """`hot` and `taken` are the first of so many."""

    day: date
    figures: tuple[Figure, ...]
    hot: tuple[Waiting, ...] = ()
    hot_count: int = 0
    taken: tuple[Waiting, ...] = ()
    taken_count: int = 0

    @property
    def is_calm(self) -> bool:
        """Nothing happened, and nobody waits."""
        return not (self.hot_count or self.taken_count or any(figure.people for figure in self.figures))

    @property
    def is_idle(self) -> bool:
        """As calm as the whole week before: not worth a message."""
        return self.is_calm and not any(figure.week for figure in self.figures)


def figures(day: date, people: Mapping[tuple[Metric, date], int]) -> tuple[Figure, ...]:
    """`people`: how many different ones, by metric and day of the partner's zone."""
    before = [day - timedelta(days=number) for number in range(1, WEEK + 1)]
    return tuple(
        Figure(metric, people.get((metric, day), 0), sum(people.get((metric, other), 0) for other in before))
        for metric in METRICS
    )


def next_digest(*, clock: time, zone: ZoneInfo, after: datetime) -> datetime:
    """The first moment after `after` at which it is the digest's hour in the zone, in UTC."""
    today = after.astimezone(zone).date()
    moments = (first_moment(datetime.combine(today + timedelta(days=days), clock), zone) for days in range(3))
    return next(moment for moment in moments if moment > after)


def latest_digest(*, due: datetime, clock: time, zone: ZoneInfo, now: datetime) -> datetime:
    """Of the digests that an outage held up since `due`, the newest: the others are not sent any more."""
    while (later := next_digest(clock=clock, zone=zone, after=due)) <= now:
        due = later
    return due
