"""What is measured of the installation before anybody judges it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Bots:
    """`places`: of the runners that live and take bots, one number for each; `wanted`: bots that are to run."""

    wanted: int
    places: Sequence[int]
    updates: float  # a second, of the last quarter of an hour
    unanswered: timedelta  # how long the oldest update waits


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages that are due, and for how long the first of them has been."""

    due: int = 0
    age: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Outbox:
    """`lanes` by number; messages a second of the last minute, of all bots and of the busiest one."""

    lanes: Mapping[int, Waiting]
    sent: float
    busiest: float
    rate: float  # that Telegram allows a bot


@dataclass(frozen=True, slots=True)
class Workers:
    """None: nobody can tell. `silence`: since a worker was last seen; `counted`: how old the statistics are."""

    silence: timedelta | None
    tasks: Mapping[str, int | None]  # that wait in the broker, by queue
    timer: timedelta
    question: timedelta
    counted: timedelta | None


@dataclass(frozen=True, slots=True)
class Disk:
    where: str
    free: int
    total: int
    least: int  # bytes that must stay free

    @property
    def is_low(self) -> bool:
        return self.free < self.least


@dataclass(frozen=True, slots=True)
class Database:
    """`missed`: share of the blocks that were not in its memory; None if nothing was read yet."""

    connections: int
    places: int
    locks: int
    lock_room: int
    bytes: int
    tables: Sequence[tuple[str, int]]  # the biggest, with their indexes
    missed: float | None


@dataclass(frozen=True, slots=True)
class Spending:
    """Of all partners today, in roubles; `exhausted`: partners whose budget is used up."""

    spent: float = 0
    cap: float = 0
    exhausted: int = 0
    calls: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    bots: Bots
    outbox: Outbox
    workers: Workers
    database: Database
    disks: Sequence[Disk] = ()
    spending: Spending = field(default_factory=Spending)
