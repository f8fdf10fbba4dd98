"""When something that is wrong becomes an incident, and when it is over. Pure.

What is wrong only for a moment opens nothing; what is right only for a moment closes nothing. Each time it comes back
it must be right for twice as long, so flapping tells of itself a few times and never every minute.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from partners.health import Trouble

LONGEST_CALM = timedelta(hours=2)
SAME = timedelta(hours=6)  # what comes back within it is the same incident
UNSEEN = timedelta(hours=1)  # nobody can tell any more: a machine that is gone, say


class State(StrEnum):
    SUSPECTED = "suspected"
    OPEN = "open"
    CLOSED = "closed"


class Deed(StrEnum):
    OPENED = "opened"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Timing:
    """`after` so long of trouble it opens, after so long of `calm` it closes."""

    after: timedelta
    calm: timedelta


def _timing(after: int, calm: int) -> Timing:
    return Timing(timedelta(seconds=after), timedelta(seconds=calm))


TIMINGS = {
    # A healthy bot may be silent for 75 s, and a new runner takes a dead one's bots within 15 s.
    Trouble.DOWN: _timing(45, 60),
    Trouble.TOKEN: _timing(0, 20),
    Trouble.CONFLICT: _timing(30, 120),
    Trouble.QUEUE: _timing(60, 60),
    Trouble.ERRORS: _timing(0, 600),
    Trouble.AI: _timing(60, 300),
    Trouble.RUNNER: _timing(30, 30),
    Trouble.WORKER: _timing(60, 30),
    Trouble.BACKUP_OLD: _timing(0, 0),
    Trouble.BACKUP_UNPROVEN: _timing(0, 0),
    Trouble.DISK: _timing(0, 600),
}


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of an incident. `times`: how often it has opened."""

    state: State
    since: datetime
    bad_at: datetime
    closed_at: datetime | None = None
    times: int = 0


def step(memory: Memory | None, *, bad: bool, timing: Timing, now: datetime) -> tuple[Memory | None, Deed | None]:
    """The next memory, None if there is nothing to remember, and what has happened."""
    if bad:
        return _bad(memory, timing, now)
    if memory is None or memory.state == State.CLOSED:
        return memory, None
    if memory.state == State.SUSPECTED:
        return (replace(memory, state=State.CLOSED) if memory.times else None), None
    if now - memory.bad_at < calm_of(memory, timing):
        return memory, None
    return replace(memory, state=State.CLOSED, closed_at=now), Deed.CLOSED


def calm_of(memory: Memory, timing: Timing) -> timedelta:
    doubled: timedelta = timing.calm * 2 ** min(memory.times - 1, 12)
    return max(timing.calm, min(doubled, LONGEST_CALM))


def _bad(memory: Memory | None, timing: Timing, now: datetime) -> tuple[Memory, Deed | None]:
    if memory is None or (memory.state == State.CLOSED and _is_past(memory, now)):
        memory = Memory(State.SUSPECTED, since=now, bad_at=now)
    elif memory.state == State.CLOSED:
        memory = replace(memory, state=State.SUSPECTED, since=now, bad_at=now)
    else:
        memory = replace(memory, bad_at=now)
    if memory.state == State.SUSPECTED and now - memory.since >= timing.after:
        return replace(memory, state=State.OPEN, closed_at=None, times=memory.times + 1), Deed.OPENED
    return memory, None


def _is_past(memory: Memory, now: datetime) -> bool:
    return memory.closed_at is None or now - memory.closed_at >= SAME
