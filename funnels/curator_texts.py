"""What the curator says of its own: the shape of presets/texts/curator.yaml. Pure."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from content.knowledge.courtesy import Courtesy
from content.knowledge.gate import Refusal
from funnels.schema import Label, Part, Text

OwnSay = Literal[
    "unknown", "unknown_near", "group_unknown", "too_many", "note", "thumb_up", "thumb_down", "passed_on", "sources",
    "no_sources", "gone", "late",
]  # fmt: skip
Line = Literal["title", "dated_title"]
ButtonName = Literal["up", "down", "sources", "pass", "contact", "private"]
SAYS = frozenset(get_args(OwnSay)) | frozenset(Refusal) | frozenset(Courtesy)


class CuratorTexts(Part):
    format: Literal[1]
    say: dict[str, Text]
    lines: dict[Line, Annotated[str, Field(min_length=1, max_length=400)]]
    buttons: dict[ButtonName, Label]

    @model_validator(mode="after")
    def nothing_is_missing(self) -> Self:
        needed = {"say": SAYS, "lines": get_args(Line), "buttons": get_args(ButtonName)}
        for name, keys in needed.items():
            if wrong := set(keys) ^ set(getattr(self, name)):
                raise ValueError(f"{name}: {', '.join(sorted(wrong))} missing or not known")
        return self
