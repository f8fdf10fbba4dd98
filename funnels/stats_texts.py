"""What /my_stats and /my_leads say: the shape of presets/texts/stats.yaml. Pure."""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeVar, get_args

from pydantic import Field, model_validator

from content import template
from content.messages import Html, Style
from funnels.milestones import DEEDS, Did
from funnels.schema import Label, Part, Text

PeriodName = Literal["today", "yesterday", "week", "month", "year"]
Filter = Literal[
    "all", "new", "hot", "phone", "open", "weight", "energy", "immunity", "beauty", "kids", "sport", "business"
]
StatsLine = Literal[
    "title", "line", "change", "rates", "rate", "rate_before", "definition", "nobody", "not_counted", "wrong", "picture"
]
LeadsLine = Literal["title", "order", "nobody", "wrong"]
Words = Annotated[tuple[Label, ...], Field(min_length=1)]
Name = TypeVar("Name", bound=str)


class StatsTexts(Part):
    format: Literal[1]
    periods: dict[PeriodName, Words]
    deeds: dict[Did, Label]
    stats: dict[StatsLine, Text]
    rates: dict[Did, Label]
    filters: dict[Filter, Words]
    leads: dict[LeadsLine, Text]

    @model_validator(mode="after")
    def nothing_is_missing(self) -> Self:
        needed = {
            "periods": get_args(PeriodName),
            "deeds": DEEDS,
            "stats": get_args(StatsLine),
            "filters": get_args(Filter),
            "leads": get_args(LeadsLine),
        }
        missing = [f"{part}.{key}" for part, keys in needed.items() for key in keys if key not in getattr(self, part)]
        if missing:
            raise ValueError(f"{', '.join(missing)} missing")
        return self

    def period(self, typed: str) -> PeriodName | None:
        return _named(self.periods, typed)

    def filter(self, typed: str) -> Filter | None:
        return _named(self.filters, typed)

    def line(self, text: str, style: Style, **variables: str) -> Html:
        return template.render(text, style, variables)


def _named(names: dict[Name, Words], typed: str) -> Name | None:
    word = " ".join(typed.split()).casefold()
    return next((name for name, words in names.items() if word in (name, *(w.casefold() for w in words))), None)
