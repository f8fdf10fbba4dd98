"""What the guides of the panel say (training, the first week, the calculator): the shape of their files. Pure."""

from __future__ import annotations

from typing import Generic, Literal, Self, TypeVar, get_args

from pydantic import model_validator

from content import template
from content.messages import Button, Html, Style
from funnels.panel_words import panel_data
from funnels.schema import Label, Part, Text

Say = TypeVar("Say", bound=str)
Name = TypeVar("Name", bound=str)


class GuideTexts(Part, Generic[Say, Name]):
    """`Say` and `Name` are Literals: every key of theirs is in the file."""

    format: Literal[1]
    say: dict[Say, Text]
    buttons: dict[Name, Label]

    @model_validator(mode="after")
    def nothing_is_missing(self) -> Self:
        says, names = self.__pydantic_generic_metadata__["args"]
        missing = [*(set(get_args(says)) - set(self.say)), *(set(get_args(names)) - set(self.buttons))]
        if missing:
            raise ValueError(f"{', '.join(sorted(map(str, missing)))} missing")
        return self

    def line(self, key: Say, style: Style, **variables: str) -> Html:
        return template.render(self.say[key], style, variables)

    def button(self, name: Name, style: Style, word: str, id_: int = 0, argument: str = "") -> Button:
        return Button(template.label(self.buttons[name], style), panel_data(word, id_, argument))


IncomeTexts = GuideTexts[
    Literal[
        "ask_own", "ask_structure", "result", "paid", "inactive", "no_level", "beyond", "legs", "next", "next_paid",
        "top", "not_a_number", "negative", "too_much",
    ],
    Literal["again", "other_structure"],
]  # fmt: skip

TrainingButton = Literal[
    "continue", "back", "previous", "next", "done", "learned_already", "courses", "next_lesson"
]  # fmt: skip
TrainingTexts = GuideTexts[
    Literal["courses", "all_learned", "course", "screen", "today", "learned", "gone"], TrainingButton
]

ReelsTexts = GuideTexts[
    Literal["topics", "unknown_topic", "script", "shot", "must"],
    Literal["previous", "other", "topics"],
]

Turn = Literal["earlier", "later"]
Nudge = Literal["nudge_4h", "nudge_12h", "nudge_24h", "nudge_48h", "nudge_168h"]
NUDGES: tuple[Nudge, ...] = get_args(Nudge)
ChecklistTexts = GuideTexts[
    Literal["offer", "day", "today", "late", "progress", "task", "seen", "finished", Nudge],
    Literal["open", "look", Turn],
]
