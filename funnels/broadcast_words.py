"""What the bot says to a partner about broadcasts: the shape of presets/texts/broadcast.yaml. Pure."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from funnels.schema import Label, Part, Text

Say = Literal[
    "choose", "choose_pain", "nobody", "ask_text", "wrong", "preview", "ask_mark", "ask_erid", "wrong_mark", "ready",
    "test_note", "tested", "sample", "cannot", "progress", "paused", "sure", "finished", "cancelled", "dropped",
    "gone",
]  # fmt: skip
ButtonName = Literal[
    "pains", "back", "drop", "text", "link_on", "link_off", "no_advert", "advert", "change_mark", "test", "send",
    "refresh", "pause", "resume", "cancel", "cancel_surely", "keep",
]  # fmt: skip
Line = Literal[
    "whom", "left_out", "advert", "no_advert", "problem", "promised", "sent", "waiting", "later", "held", "speed",
    "failed", "skipped", "unknown", "why_paused", "reason",
]  # fmt: skip
Group = Literal[
    "all", "client", "business", "curious", "hot", "warm", "phone", "active", "silent",
    "weight", "energy", "immunity", "beauty", "kids", "sport",
]  # fmt: skip
NEEDED = {"say": Say, "buttons": ButtonName, "lines": Line, "groups": Group}


class BroadcastWords(Part):
    """`reasons`: the words of the outbox for why a message was not sent; an unknown one is shown as it is."""

    format: Literal[1]
    say: dict[Say, Text]
    buttons: dict[ButtonName, Label]
    lines: dict[Line, Text]
    groups: dict[Group, Label]
    reasons: dict[str, Annotated[str, Field(min_length=1, max_length=80)]]
    shop_button: Label

    @model_validator(mode="after")
    def nothing_is_missing(self) -> Self:
        for name, keys in NEEDED.items():
            if missing := set(get_args(keys)) - set(getattr(self, name)):
                raise ValueError(f"{name}: {', '.join(sorted(missing))} missing")
        return self
