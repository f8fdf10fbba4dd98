"""What the bot says to a partner about posts: the shape of presets/texts/posts.yaml, and its buttons' data. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from funnels.panel_words import PanelPress, panel_data
from funnels.schema import Label, Part, Text

Say = Literal[
    "card", "changed", "stale", "gone", "choose_kind", "writing", "rewriting", "cannot_write", "when", "ask_time",
    "wrong_time", "ask_comment", "ask_text", "why", "ask_reason", "ask_mark", "ask_erid", "wrong_mark", "pictures",
    "pending", "nothing_pending", "schedule", "nothing_planned", "left", "no_preview", "stats",
]  # fmt: skip
ButtonName = Literal[
    "publish", "schedule", "rewrite", "own_text", "again", "picture", "mark", "reject", "in_1h", "in_3h",
    "tomorrow_9", "tomorrow_18", "own_time", "own_reason", "no_advert", "advert", "other_picture", "new_picture",
    "no_picture", "back", "leave", "withdraw", "refresh", "arrived", "publish_again", "generate",
]  # fmt: skip
Line = Literal[
    "place", "place_topic", "out_at", "out_when", "published_at", "again_at", "reason", "check_there", "decided",
    "blocks", "warns", "finding", "picture", "without_picture", "sources", "late", "late_nobody", "refused",
    "no_other_picture",
    "drawing", "cannot_draw", "being_drawn", "not_drawn", "unreadable", "no_time", "past", "post", "planned", "plan",
    "plan_failed", "scheduled", "plans", "more", "advert", "no_advert",
]  # fmt: skip
State = Literal[
    "draft", "pending", "approved", "scheduled", "publishing", "published", "rejected", "failed", "unknown"
]  # fmt: skip
Act = Literal[
    "approved", "scheduled", "rejected", "rewritten", "withdrawn", "publishing", "published", "failed", "unknown"
]  # fmt: skip
Reason = Literal["dull", "tone", "facts"]
NEEDED = {"say": Say, "buttons": ButtonName, "lines": Line, "states": State, "acts": Act, "reasons": Reason}

_ARGUMENT = re.compile(r"(0|[1-9][0-9]{0,9})(?:\.([a-z0-9_]{1,13}))?")


class PostWords(Part):
    """`reasons` are ready ones for a rejection: the next post of the type is written with them in mind."""

    format: Literal[1]
    say: dict[Say, Text]
    buttons: dict[ButtonName, Label]
    lines: dict[Line, Text]
    states: dict[State, Text]
    acts: dict[Act, Label]
    reasons: dict[Reason, Annotated[str, Field(min_length=1, max_length=48)]]

    @model_validator(mode="after")
    def nothing_is_missing(self) -> Self:
        for name, keys in NEEDED.items():
            if missing := set(get_args(keys)) - set(getattr(self, name)):
                raise ValueError(f"{name}: {', '.join(sorted(missing))} missing")
        return self


@dataclass(frozen=True, slots=True)
class PostPress:
    """A press of a button that belongs to one revision of a post."""

    word: str
    post_id: int
    revision: int
    argument: str = ""


def post_data(press: PostPress) -> str:
    dotted = f".{press.argument}" if press.argument else ""
    return panel_data(press.word, press.post_id, f"{press.revision}{dotted}")


def read_post_press(press: PanelPress) -> PostPress | None:
    """None for what `post_data` does not make."""
    found = _ARGUMENT.fullmatch(press.argument)
    return PostPress(press.word, press.id, int(found[1]), found[2] or "") if found else None
