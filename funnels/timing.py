"""When a message may go out: delays, quiet hours, late messages. Pure.

Every moment is aware; what these functions return is in UTC. What is promised by the clock holds on the lead's
own clock: a time that the clocks jump over becomes the first moment after the jump, a time that they show twice
is taken the first time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

SECOND = timedelta(seconds=1)
LONGEST_DELAY = timedelta(days=365)
APART = timedelta(hours=20)  # between two warm-up messages to one lead, over all sequences
ON_TIME = timedelta(minutes=30)  # a queue may take so long; later than this, there was an outage

_DELAY = re.compile(r"([1-9][0-9]{0,5})([mhd])")
_NEXT_DAY = re.compile(r"next_day ([01][0-9]|2[0-3]):([0-5][0-9])")
_LATE = re.compile(r"send within ([1-9][0-9]{0,3})h")


@dataclass(frozen=True, slots=True)
class Delay:
    """Either `elapsed` time, or so many calendar `days` later at `clock`, by default at the same time of the day.

    24h is 24 hours even if the clocks change meanwhile; after 1d the clock shows the same time again.
    """

    elapsed: timedelta = timedelta(0)
    days: int = 0
    clock: time | None = None

    @classmethod
    @lru_cache(maxsize=256)
    def parse(cls, text: str) -> Delay:
        """`90m`, `24h`, `3d` or `next_day 10:00`. Raises ValueError with a sentence for the author."""
        if found := _NEXT_DAY.fullmatch(text):
            return cls(days=1, clock=time(int(found[1]), int(found[2])))
        if found := _DELAY.fullmatch(text):
            number = int(found[1])
            unit = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}[found[2]]
            if number * unit <= LONGEST_DELAY:
                return cls(days=number) if found[2] == "d" else cls(elapsed=number * unit)
        sentence = _("“%(text)s” is not a delay: write 90m, 24h, 3d (at most 365d) or next_day 10:00.")
        raise ValueError(sentence % {"text": text[:40]})


def due(*, since: datetime, delay: Delay, zone: ZoneInfo) -> datetime:
    """When the delay that began at `since` is over for a lead in this zone."""
    if not delay.days:
        return _utc(since) + delay.elapsed
    local = _utc(since).astimezone(zone)
    clock = local.time() if delay.clock is None else delay.clock
    return first_moment(datetime.combine(local.date() + timedelta(days=delay.days), clock), zone)


def first_moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the clocks of the zone first show `wall`, or the end of the jump over it."""
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    # In a gap fold=1 lies before the jump and fold=0 behind it (PEP 495).
    return _clock_change(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), moment, zone)


def _clock_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment between the two (after `before`, not after `after`) at which the offset changes."""
    old = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)  # clocks change on whole seconds


def _utc(moment: datetime) -> datetime:
    """Python would take a naive moment for the server's local time, and add hours to local ones by the clock."""
    if moment.tzinfo is None:
        raise ValueError("A moment must be aware.")
    return moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """No promotional message leaves from `start` until just before `end` on the lead's clock; equal: always may."""

    start: time = time(21)
    end: time = time(10)

    def is_quiet(self, at: datetime, zone: ZoneInfo) -> bool:
        clock = _utc(at).astimezone(zone).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def next_allowed(self, at: datetime, zone: ZoneInfo) -> datetime:
        """The first moment from `at` on that is not quiet."""
        return self._next(at, zone, self.end, quiet=False) if self.is_quiet(at, zone) else _utc(at)

    def next_window(self, at: datetime, zone: ZoneInfo) -> datetime:
        """When quiet hours next end: the present or, if none are on, the coming ones. `at` if there are none."""
        if self.start == self.end:
            return _utc(at)
        if not self.is_quiet(at, zone):
            at = self._next(at, zone, self.start, quiet=True)
        return self.next_allowed(at, zone)

    def _next(self, at: datetime, zone: ZoneInfo, edge: time, *, quiet: bool) -> datetime:
        """The first moment after `at` that is quiet, or is not: at the edge, or where the clocks jump past it."""
        at = _utc(at)
        local = at.astimezone(zone)
        wall = datetime.combine(local.date(), edge)
        if edge <= local.time():
            wall += timedelta(days=1)
        moment = first_moment(wall, zone)
        if moment <= at:  # the clocks have gone back: they are showing these times again
            moment = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
        if moment.astimezone(zone).utcoffset() == local.utcoffset():
            return moment
        change = _clock_change(at, moment, zone)
        return change if self.is_quiet(change, zone) is quiet else self._next(change, zone, edge, quiet=quiet)


def at_least_apart(*, last_sent: datetime | None, at: datetime, gap: timedelta = APART) -> datetime:
    """`at`, or as much later as the lead's previous warm-up message asks for."""
    return _utc(at) if last_sent is None else max(_utc(at), _utc(last_sent) + gap)


def allowed_at(*, asked: datetime, last_sent: datetime | None, quiet: QuietHours, zone: ZoneInfo) -> datetime:
    """The first moment from `asked` on at which one more promotional message may go to this lead."""
    return quiet.next_allowed(at_least_apart(last_sent=last_sent, at=asked), zone)


@dataclass(frozen=True, slots=True)
class LatePolicy:
    """What becomes of a message that an outage held up. `within` belongs to `send`."""

    action: Literal["send", "shift", "skip"]
    within: timedelta = timedelta(0)

    @classmethod
    @lru_cache(maxsize=256)
    def parse(cls, text: str) -> LatePolicy:
        """`send within 6h`, `shift` or `skip`. Raises ValueError with a sentence for the author."""
        if found := _LATE.fullmatch(text):
            return cls("send", timedelta(hours=int(found[1])))
        if text == "shift":
            return cls("shift")
        if text == "skip":
            return cls("skip")
        sentence = _("“%(text)s” is not a rule for late messages: write “send within 6h”, “shift” or “skip”.")
        raise ValueError(sentence % {"text": text[:40]})


@dataclass(frozen=True, slots=True)
class Send:
    """`at` is the message's new planned time: a later look at it must not count the same lateness twice."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Skip:
    reason: Literal["late"] = "late"


def settle_late(
    *, planned: datetime, now: datetime, policy: LatePolicy, quiet: QuietHours, zone: ZoneInfo
) -> Send | Skip:
    """What to do now with a message planned for `planned`; quiet hours alone never make it late."""
    promised = quiet.next_allowed(planned, zone)
    earliest = quiet.next_allowed(max(promised, _utc(now)), zone)
    if _utc(now) - promised <= ON_TIME:
        return Send(earliest)
    if policy.action == "shift":
        return Send(quiet.next_window(now, zone))
    return Send(earliest) if policy.action == "send" and earliest - promised <= policy.within else Skip()


def remaining(*, fire_at: datetime, paused_at: datetime) -> timedelta:
    """What a pause leaves of a delay; nothing if the time had already come."""
    return max(_utc(fire_at) - _utc(paused_at), timedelta(0))


def resume(*, left: timedelta, resumed_at: datetime) -> datetime:
    """When a frozen timer fires after the pause: everybody keeps the order and the distance they had."""
    return _utc(resumed_at) + left
