"""The segments that a partner chooses from in the bot. Pure; the admin knows every filter."""

from __future__ import annotations

from collections.abc import Mapping

from funnels.broadcast_words import Group
from funnels.segments import Activity, Segment

FIRST: Mapping[Group, Segment] = {
    "all": Segment(),
    "client": Segment(intents=("client",)),
    "business": Segment(intents=("business",)),
    "curious": Segment(intents=("curious",)),
    "hot": Segment(bands=("hot", "very_hot")),
    "warm": Segment(bands=("warm",)),
    "phone": Segment(has_phone=True),
    "active": Segment(activity=Activity(kind="active", days=7)),
    "silent": Segment(activity=Activity(kind="inactive", days=14)),
}
PAINS: Mapping[Group, Segment] = {
    "weight": Segment(pains=("weight",)),
    "energy": Segment(pains=("energy",)),
    "immunity": Segment(pains=("immunity",)),
    "beauty": Segment(pains=("beauty",)),
    "kids": Segment(pains=("kids",)),
    "sport": Segment(pains=("sport",)),
}
GROUPS: Mapping[Group, Segment] = {**FIRST, **PAINS}


def group_of(segment: Segment) -> Group | None:
    """None for one that was put together in the admin."""
    return next((name for name, known in GROUPS.items() if known == segment), None)
