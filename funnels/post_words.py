"""What the partner's bot tells the partner about posts: the shape of post_numbers.yaml. Pure."""

from __future__ import annotations

from typing import Literal, Self, get_args

from pydantic import model_validator

from content import russian, template
from content.messages import Html, Style
from content.posts.measures import Measure
from funnels.schema import Label, Part, Text

Say = Literal[
    "title", "none", "total", "line", "emoji", "more", "growth", "top", "no_top", "wrong_days", "wrong_top",
    "topics", "no_group", "notice",
]  # fmt: skip
Word = Literal["days", "posts"]
ButtonName = Literal["days", "top", "all", "open", "no_posts"]


class PostTexts(Part):
    format: Literal[1]
    say: dict[Say, Text]
    measures: dict[Measure, Label]
    words: dict[Word, tuple[Label, Label, Label]]
    buttons: dict[ButtonName, Label]

    @model_validator(mode="after")
    def nothing_is_missing(self) -> Self:
        needed = {"say": Say, "measures": Measure, "words": Word, "buttons": ButtonName}
        missing = [
            f"{part}.{key}" for part, keys in needed.items() for key in get_args(keys) if key not in getattr(self, part)
        ]
        if missing:
            raise ValueError(f"{', '.join(missing)} missing")
        return self

    def line(self, key: Say, style: Style, **variables: str) -> Html:
        return template.render(self.say[key], style, variables)

    def counted(self, count: int, word: Word) -> str:
        return russian.plural(count, *self.words[word])
