"""When the next message of a sequence will really leave. Pure, by the rules of `warmup`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from funnels.sequence_schema import Sequence
from funnels.warmup import Clockwork, Fire, Missed, Place, Wait, look


def departure(sequence: Sequence, place: Place, clockwork: Clockwork, now: datetime) -> Place | None:
    """The place that a tick will find ready, and when; None if nothing is left to send.

    Looks as often as the ticks would: a time that comes while the lead may not be written to is moved.
    """
    for _look in range(2 * len(sequence.steps) + 2):
        at = max(place.fire_at, now)
        match look(sequence, place, clockwork, at):
            case Fire():
                return replace(place, fire_at=at)
            case Wait(later):
                place = later
            case Missed(_, then) if then is not None:
                place = then
            case _:
                return None
    return None
