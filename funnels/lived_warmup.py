"""The sequences of one lead, lived without a database: what `services.enrollments` and `services.tick` would do. Pure.

The rules are theirs; the times come from the same `warmup`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from funnels.fitting import fitting
from funnels.forecast import departure
from funnels.schema import Answers
from funnels.sequence_schema import Sequence, SequenceStep
from funnels.timing import APART, Delay, QuietHours, due
from funnels.warmup import Clockwork, Fire, Missed, Place, Wait, enter, look

End = Literal["finished", "ordered", "contact", "unsubscribed", "blocked", "other_branch"]
Why = Literal["quiet", "apart", "snoozed"]
SNOOZE = timedelta(days=7)
COMES_BACK: tuple[End, ...] = ("other_branch", "unsubscribed", "blocked")


@dataclass(slots=True)
class Stay:
    """A lead in a sequence; `since` is when the delay of the next message began."""

    sequence: Sequence
    entered_at: datetime
    since: datetime
    position: int = 0
    place: Place | None = None  # None: it is over
    end: End | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A message leaves, or is left out because it is too late."""

    at: datetime
    stay: Stay
    step: SequenceStep
    missed: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """The next message, and what moved it from the time that its delay alone would give."""

    at: datetime
    step: str
    asked: datetime
    why: tuple[Why, ...]


@dataclass(slots=True)
class LivedWarmup:
    sequences: Mapping[str, Sequence]
    zone: ZoneInfo
    quiet: QuietHours
    stays: dict[str, Stay] = field(default_factory=dict)
    last_promo_at: datetime | None = None
    snoozed_until: datetime | None = None

    @property
    def running(self) -> Stay | None:
        return next((stay for stay in self.stays.values() if stay.place is not None), None)

    @property
    def clockwork(self) -> Clockwork:
        return Clockwork(self.zone, self.quiet, self.last_promo_at, self.snoozed_until)

    def enroll(self, answers: Answers, now: datetime) -> Stay | None:
        """Into the sequence that fits; None if none does, or if it is over for the lead."""
        sequence = fitting(self.sequences, answers)
        return self.enter(sequence, now) if sequence else None

    def enter(self, sequence: Sequence, now: datetime) -> Stay | None:
        stay = self.stays.get(sequence.key)
        if stay is not None and stay.place is not None:
            return None
        self.leave("other_branch")
        if stay is not None and stay.end not in COMES_BACK:
            return None
        position = stay.position if stay else 0
        place = enter(sequence, self.clockwork, now, position=position)
        if place is None:
            return None
        stay = Stay(sequence, stay.entered_at if stay else now, now, position, place)
        self.stays[sequence.key] = stay
        return stay

    def leave(self, reason: End) -> Stay | None:
        stay = self.running
        if stay is not None:
            stay.place, stay.end = None, reason
        return stay

    def snooze(self, now: datetime) -> None:
        self.snoozed_until = now + SNOOZE

    def live(self, until: datetime) -> Iterator[Moment]:
        """What happens up to `until`, as ticks would see it that come exactly in time."""
        while (stay := self.running) and stay.place and stay.place.fire_at <= until:
            at = stay.place.fire_at
            match look(stay.sequence, stay.place, self.clockwork, at):
                case Wait(later):
                    stay.place = later
                case Missed(step, then):
                    yield Moment(at, stay, step, missed=True)
                    _move(stay, then, at)
                case Fire(step, then):
                    self.last_promo_at = at
                    yield Moment(at, stay, step)
                    _move(stay, then, at)
                case None:
                    _move(stay, None, at)

    def planned(self, now: datetime) -> Planned | None:
        """Raises ValueError where the delay of a step cannot be read."""
        stay = self.running
        leaves = departure(stay.sequence, stay.place, self.clockwork, now) if stay and stay.place else None
        if stay is None or leaves is None:
            return None
        step = stay.sequence.steps[leaves.position]
        asked = due(since=stay.since, delay=Delay.parse(step.after), zone=self.zone)
        return Planned(leaves.fire_at, step.title or step.key, asked, tuple(self._why(asked, leaves.fire_at)))

    def _why(self, asked: datetime, at: datetime) -> Iterator[Why]:
        if at == asked:
            return
        free = max(self.snoozed_until or asked, self.last_promo_at + APART if self.last_promo_at else asked, asked)
        if self.snoozed_until and self.snoozed_until > asked:
            yield "snoozed"
        elif free > asked:
            yield "apart"
        if self.quiet.is_quiet(free, self.zone):
            yield "quiet"


def _move(stay: Stay, then: Place | None, at: datetime) -> None:
    stay.since, stay.place = at, then
    stay.position = then.position if then else len(stay.sequence.steps)
    stay.end = None if then else "finished"
