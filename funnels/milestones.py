"""What a lead has done, each thing once, at its first time: what every statistic counts. Pure.

A function of all the lead's events, in whatever order they come, so that a late one changes what it should.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from funnels.scoring import HOT, ScoredEvent, Weights, band, is_hot, total

DEFINITION = 4  # raise it when these rules change: everything is counted anew then


class Did(StrEnum):
    """What a lead can have done, or what was done for them; `came` is where everything begins."""

    CAME = "came"
    PRODUCT = "product"  # saw a product
    SHOP = "shop"  # followed a link to order
    REGISTRATION = "registration"  # followed a link to register
    CONTACT = "contact"
    ASKED = "asked"  # wrote something in their own words
    HOT = "hot"  # the score reached 51
    ORDERED = "ordered"  # said the partner
    JOINED = "joined"  # became a partner, said the partner
    UNSUBSCRIBED = "unsubscribed"
    BLOCKED = "blocked"

    # Not deeds of the whole life, but places in it. `step` says which.
    SCREEN = "screen"  # of a version
    FIRST_LINK = "first_link"
    LAST_LINK = "last_link"
    BAND = "band"  # the highest band of the score, before an order if there was one
    SEQUENCE = "sequence"  # «weight:entered», see `_sequence`


DEEDS = tuple(Did)[: tuple(Did).index(Did.SCREEN)]
OUTCOMES = (Did.ORDERED, Did.JOINED)
NO_LINK = "0"


class Key(NamedTuple):
    name: Did
    version: int = 0
    step: str = ""


@dataclass(frozen=True, slots=True)
class LeadEvent(ScoredEvent):
    version: int | None = None


class Mark(NamedTuple):
    """A milestone with the day on which it was reached in the partner's zone."""

    name: Did
    version: int
    step: str
    at: datetime
    day: date

    @property
    def key(self) -> Key:
        return Key(self.name, self.version, self.step)


@dataclass(frozen=True, slots=True)
class Change:
    """What was known of one lead and what is."""

    partner_id: int
    lead_id: int
    before: frozenset[Mark]
    after: frozenset[Mark]


def milestones(events: Iterable[LeadEvent], weights: Weights) -> dict[Key, datetime]:
    """The first time of each. Nothing for somebody who never came: they may have blocked a bot they never opened."""
    told = sorted(events, key=lambda event: (event.at, event.kind, event.step))
    first: dict[Key, datetime] = {}
    for event in told:
        for key in _deeds(event):
            first.setdefault(key, event.at)
    came = first.get(Key(Did.CAME))
    if came is None:
        return {}
    first |= _links(told, came)
    first |= _heat(told, first, weights, came)
    for sequence in dict.fromkeys(event.step for event in told if event.kind == "sequence_entered"):
        first |= _sequence(sequence, told)
    return first


def _deeds(event: LeadEvent) -> Iterator[Key]:
    if event.kind in ("started", "screen_shown", "message_received"):
        yield Key(Did.CAME)
    match event.kind:
        case "screen_shown":
            yield Key(Did.SCREEN, event.version or 0, event.step)
            if "product" in event.data:
                yield Key(Did.PRODUCT)
        case "message_received":
            yield Key(Did.ASKED)
        case "unsubscribed":
            yield Key(Did.UNSUBSCRIBED)
        case "bot_blocked":
            yield Key(Did.BLOCKED)
        case _:
            if aim := aim_of(event):
                yield Key(aim)


def aim_of(event: ScoredEvent) -> Did | None:
    """What the partner works for."""
    match event.kind:
        case "contact_left":
            return Did.CONTACT
        case "link_clicked":
            slot = str(event.data.get("slot", "")).partition(".")[0]  # shop.<something> is a shop, too
            return {"shop": Did.SHOP, "registration": Did.REGISTRATION}.get(slot)
        case "status_changed":
            return {"ordered": Did.ORDERED, "partner": Did.JOINED}.get(str(event.data.get("to", "")))
        case _:
            return None


def _links(told: Sequence[LeadEvent], came: datetime) -> dict[Key, datetime]:
    """Through which links they came; `NO_LINK` for whoever found the bot otherwise."""
    touches = [
        (str(event.data["link"]), event.at) for event in told if event.kind == "started" and "link" in event.data
    ]
    (first, at), (last, last_at) = (touches[0], touches[-1]) if touches else ((NO_LINK, came), (NO_LINK, came))
    return {Key(Did.FIRST_LINK, step=first): at, Key(Did.LAST_LINK, step=last): last_at}


def _heat(
    told: Sequence[LeadEvent], first: Mapping[Key, datetime], weights: Weights, came: datetime
) -> dict[Key, datetime]:
    """At a sign of life nothing is taken off for silence: the score only grows from one to the next."""
    signs = [event.at for event in told if event.kind in weights.activity]

    def after(count: int) -> int:
        return total(told, now=signs[count - 1], weights=weights) if count else 0

    bought = min((first[Key(outcome)] for outcome in OUTCOMES if Key(outcome) in first), default=None)
    highest = after(len(signs))
    before = highest if bought is None else after(sum(at < bought for at in signs))
    found = {Key(Did.BAND, step=band(before)): came}
    if is_hot(highest):
        heated = bisect_left(range(1, len(signs)), HOT, key=after) + 1
        found[Key(Did.HOT)] = signs[heated - 1]
    return found


def _sequence(sequence: str, told: Sequence[LeadEvent]) -> dict[Key, datetime]:
    """`entered`, `got:<message>`, `missed:<message>`; where they stand now: `at:<last message>` or `left:<reason>`;
    and what they did of what it aims at since they entered: `did:<deed>`, `did:any`.
    """
    found: dict[str, datetime] = {}
    place, place_at, last = "", datetime.min, ""
    for event in told:
        match event.kind:
            case "sequence_entered" if event.step == sequence:
                found.setdefault("entered", event.at)
                place, place_at = "at", event.at
            case "sequence_ended" if event.step == sequence:
                place, place_at = f"left:{event.data.get('reason', '')}", event.at
            case "warmup_sent" if event.step.startswith(f"{sequence}:"):
                last = event.step.partition(":")[2]
                found.setdefault(f"missed:{last}" if "missed" in event.data else f"got:{last}", event.at)
            case _ if found and (aim := aim_of(event)):
                found.setdefault(f"did:{aim}", event.at)
                found.setdefault("did:any", event.at)
    found[f"at:{last}" if place == "at" else place] = place_at
    return {Key(Did.SEQUENCE, step=f"{sequence}:{what}"): at for what, at in found.items()}
