"""What happens next in a warm-up sequence. Pure: the rows, the texts and the clock come from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from funnels.sequence_schema import Late, Sequence, SequenceStep
from funnels.timing import Delay, LatePolicy, QuietHours, Skip, allowed_at, due, settle_late


@dataclass(frozen=True, slots=True)
class Clockwork:
    """When this lead may be written to."""

    zone: ZoneInfo
    quiet: QuietHours
    last_promo_at: datetime | None = None
    snoozed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The next message of a lead and its planned time; `position` counts the messages before it."""

    position: int
    step: str
    fire_at: datetime


@dataclass(frozen=True, slots=True)
class Fire:
    """The message leaves now; `then` is the place after it, None after the last."""

    step: SequenceStep
    then: Place | None


@dataclass(frozen=True, slots=True)
class Wait:
    place: Place


@dataclass(frozen=True, slots=True)
class Missed:
    """The message comes too late to be sent at all."""

    step: SequenceStep
    then: Place | None


Look = Fire | Wait | Missed | None


def enter(sequence: Sequence, clockwork: Clockwork, now: datetime, *, position: int = 0) -> Place | None:
    """`position`: the messages that the lead has got in an earlier stay; None if that were all of them."""
    return _place(sequence, position, clockwork, now) if position < len(sequence.steps) else None


def standing(sequence: Sequence, place: Place) -> int | None:
    """The number of the step whose turn it is; None: an edit has left nothing to send.

    A step that was removed gives its turn to the one that stands at its position now.
    """
    found = next((number for number, step in enumerate(sequence.steps) if step.key == place.step), place.position)
    return found if found < len(sequence.steps) else None


def look(sequence: Sequence, place: Place, clockwork: Clockwork, now: datetime) -> Look:
    """What to do about a place whose time has come; None: there is nothing left to send."""
    position = standing(sequence, place)
    if position is None:
        return None
    step = sequence.steps[position]
    policy = _policy(step.late)
    settled = settle_late(planned=place.fire_at, now=now, policy=policy, quiet=clockwork.quiet, zone=clockwork.zone)
    if isinstance(settled, Skip):
        return Missed(step, enter(sequence, clockwork, now, position=position + 1))
    asked = max(settled.at, clockwork.snoozed_until or settled.at)
    at = allowed_at(asked=asked, last_sent=clockwork.last_promo_at, quiet=clockwork.quiet, zone=clockwork.zone)
    if at > now:
        return Wait(Place(position, step.key, at))
    return Fire(step, enter(sequence, clockwork, now, position=position + 1))


def variant_text(step: SequenceStep, lead_id: int) -> tuple[str, str]:
    """The lead's variant of the step and its text: always the same one for a lead, equal shares over all leads."""
    texts = {"a": step.text} | {variant.key: variant.text for variant in step.variants}
    digest = sha256(f"{step.key}:{lead_id}".encode()).digest()
    key = sorted(texts)[int.from_bytes(digest[:8]) % len(texts)]
    return key, texts[key]


def _place(sequence: Sequence, position: int, clockwork: Clockwork, since: datetime) -> Place:
    step = sequence.steps[position]
    asked = due(since=since, delay=Delay.parse(step.after), zone=clockwork.zone)
    return Place(position, step.key, clockwork.quiet.next_allowed(asked, clockwork.zone))


def _policy(late: Late) -> LatePolicy:
    return LatePolicy.parse(f"send within {late.hours}h" if late.policy == "send" else late.policy)
