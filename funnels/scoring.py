"""How close a lead is to buying or joining, and why: a pure function of the lead's events.

Which events speak for which axis is said in presets/rules/scoring.yaml, beside the weights.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from funnels.schema import Goal, Intent, Key
from partners.yaml_model import read_model

HOT = 51  # the one definition: also what a query over stored scores compares with
WARM = 21
VERY_HOT = 81
HIGHEST = 100
DAY = timedelta(days=1)

Axis = Literal["customer", "business"]
Band = Literal["cold", "warm", "hot", "very_hot"]
Points = Annotated[int, Field(strict=True, ge=0, le=HIGHEST)]

AXIS_OF_INTENT: dict[str, Axis] = {"client": "customer", "business": "business"}
AXIS_OF_SLOT: dict[str, Axis] = {"shop": "customer", "registration": "business"}


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Capped(Part):
    each: Points
    at_most: Points

    def times(self, count: int) -> int:
        return min(self.each * count, self.at_most)


class Weights(Part):
    format: Literal[1]
    activity: Annotated[tuple[Key, ...], Field(min_length=1, max_length=40)]
    intent: dict[Intent, Points]
    goal: dict[Goal, Points]
    step: Capped
    link: Capped
    message: Capped
    phone: Points
    email: Points
    silence: Capped


@dataclass(frozen=True, slots=True)
class ScoredEvent:
    """A FunnelEvent as far as the score looks at it. Kinds that it does not know score nothing."""

    kind: str
    step: str
    data: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """What one reason is worth after its cap: how often it was met, and when last.

    `reason` is intent_<intent>, goal_<goal>, step, link, message, phone, email, or silence: then `points` are
    negative, `count` is full days, and `last_at` the last sign of life.
    """

    points: int
    reason: str
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Score:
    """`total` is the sum of the lines, the strongest first, held between 0 and 100; no axis exceeds it."""

    customer: int
    business: int
    total: int
    lines: tuple[ScoreLine, ...]


@dataclass(frozen=True, slots=True)
class _Signal:
    """Something in an event that is worth points. Without an axis it speaks for whatever interests the lead."""

    reason: str
    at: datetime
    axis: Axis | None = None
    step: str = ""


def load_weights(text: str, name: str) -> Weights:
    """Raises partners.strict_yaml.FileError with line and key of every mistake."""
    return read_model(text, name, Weights)[0]


def score(events: Iterable[ScoredEvent], *, now: datetime, weights: Weights) -> Score:
    """The score at `now`, in whatever order the events come; later events are not seen yet."""
    seen = [event for event in events if event.at <= now]
    signals = [signal for event in seen for signal in _signals(event)]
    silence = _silence(seen, now, weights)
    lines = [*_lines(signals, weights), *silence]
    return Score(
        customer=_axis("customer", signals, silence, weights),
        business=_axis("business", signals, silence, weights),
        total=_sum(lines),
        lines=tuple(sorted(lines, key=lambda line: (-line.points, line.reason))),
    )


def total(events: Iterable[ScoredEvent], *, now: datetime, weights: Weights) -> int:
    """`score(…).total`, for whoever asks of a great many."""
    seen = [event for event in events if event.at <= now]
    signals = [signal for event in seen for signal in _signals(event)]
    return _sum([*_lines(signals, weights), *_silence(seen, now, weights)])


def changes_at(events: Iterable[ScoredEvent], *, now: datetime, weights: Weights) -> datetime | None:
    """When the score may differ from the one at `now` although nothing more happens; None: never."""
    known = list(events)
    times = [event.at for event in known if event.at > now]  # of a machine whose clock is ahead
    last = _last_activity((event for event in known if event.at <= now), weights)
    if last is not None:
        days = (now - last) // DAY
        if weights.silence.times(days + 1) > weights.silence.times(days):
            times.append(last + (days + 1) * DAY)
    return min(times, default=None)


def band(total: int) -> Band:
    if is_hot(total):
        return "very_hot" if total >= VERY_HOT else "hot"
    return "warm" if total >= WARM else "cold"


# By their lowest and highest score: what a query over stored scores compares with.
BANDS: dict[Band, tuple[int, int]] = {
    "cold": (0, WARM - 1),
    "warm": (WARM, HOT - 1),
    "hot": (HOT, VERY_HOT - 1),
    "very_hot": (VERY_HOT, HIGHEST),
}


def is_hot(total: int) -> bool:
    return total >= HOT


def _signals(event: ScoredEvent) -> Iterator[_Signal]:
    match event.kind:
        case "screen_shown":
            yield _Signal("step", event.at, step=event.step)
        case "button_pressed":
            yield from _answers(event)
        case "link_clicked":
            slot = str(event.data.get("slot", "")).partition(".")[0]  # shop.<something> is a shop, too
            yield _Signal("link", event.at, AXIS_OF_SLOT.get(slot))
        case "message_received":
            yield _Signal("message", event.at)
        case "contact_left" if event.data.get("what") in ("phone", "email"):
            yield _Signal(event.data["what"], event.at)


def _answers(event: ScoredEvent) -> Iterator[_Signal]:
    """What the pressed button says about the lead; every goal, named or not, is an interest in business."""
    said = event.data.get("set")
    if isinstance(said, Mapping):
        if intent := said.get("intent"):
            yield _Signal(f"intent_{intent}", event.at, AXIS_OF_INTENT.get(str(intent)))
        if goal := said.get("goal"):
            yield _Signal(f"goal_{goal}", event.at, "business")


def _axis(axis: Axis, signals: Sequence[_Signal], silence: Sequence[ScoreLine], weights: Weights) -> int:
    """The same score over what speaks for this axis; 0 until something speaks for it alone."""
    if not any(signal.axis == axis for signal in signals):
        return 0
    own = [signal for signal in signals if signal.axis in (axis, None)]
    return _sum([*_lines(own, weights), *silence])


def _sum(lines: Iterable[ScoreLine]) -> int:
    return max(0, min(HIGHEST, sum(line.points for line in lines)))


def _lines(signals: Sequence[_Signal], weights: Weights) -> Iterator[ScoreLine]:
    """One line per reason that is worth something; of several intents or goals the dearest one."""
    found: dict[str, list[_Signal]] = defaultdict(list)
    for signal in signals:
        found[signal.reason].append(signal)
    steps = len({signal.step for signal in found["step"]})
    lines = [
        _dearest(found, {f"intent_{intent}": points for intent, points in weights.intent.items()}),
        _dearest(found, {f"goal_{goal}": points for goal, points in weights.goal.items()}),
        _line(found, "step", weights.step.times(steps), steps),
        _line(found, "link", weights.link.times(len(found["link"]))),
        _line(found, "message", weights.message.times(len(found["message"]))),
        _line(found, "phone", weights.phone),
        _line(found, "email", weights.email),
    ]
    return (line for line in lines if line is not None and line.points)


def _dearest(found: Mapping[str, Sequence[_Signal]], prices: Mapping[str, int]) -> ScoreLine | None:
    named = [reason for reason in prices if found.get(reason)]
    if not named:
        return None
    reason = max(named, key=lambda reason: (prices[reason], reason))
    return _line(found, reason, prices[reason])


def _line(
    found: Mapping[str, Sequence[_Signal]], reason: str, points: int, count: int | None = None
) -> ScoreLine | None:
    signals = found.get(reason)
    if not signals:
        return None
    return ScoreLine(points, reason, count or len(signals), max(signal.at for signal in signals))


def _silence(seen: Sequence[ScoredEvent], now: datetime, weights: Weights) -> list[ScoreLine]:
    last = _last_activity(seen, weights)
    days = (now - last) // DAY if last else 0  # who never did anything is not silent yet
    points = weights.silence.times(days)
    return [ScoreLine(-points, "silence", days, last)] if last and points else []


def _last_activity(events: Iterable[ScoredEvent], weights: Weights) -> datetime | None:
    return max((event.at for event in events if event.kind in weights.activity), default=None)
