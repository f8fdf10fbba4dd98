"""What the partner's bot tells the partner about those who wait: the shape of digest.yaml. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from content import russian, template
from content.messages import Html, Style
from funnels.digest import METRICS, Metric
from funnels.schema import Label, Part, Text

DigestLine = Literal["title", "calm", "line", "legend", "hot", "taken", "more"]
Word = Literal["hot", "taken", "points"]
ButtonName = Literal["lead", "all_hot", "give_back", "newer", "older"]
HotLine = Literal["title", "order", "calm"]
Why = Literal["no_telegram_id", "blocked", "never_opened"]
Forms = tuple[Label, Label, Label]
NAME = 24  # characters of a name on a button: the score behind it must stay visible on a phone


class Reminders(Part):
    repeated: Text
    wished: Text
    promised: Text
    today: Text
    tomorrow: Text
    another_day: Text
    days: Annotated[tuple[Label, ...], Field(min_length=7, max_length=7)]


class Unreachable(Part):
    heading: Text
    why: dict[Why, Text]


class DigestTexts(Part):
    format: Literal[1]
    digest: dict[DigestLine, Text]
    figures: dict[Metric, Label]
    words: dict[Word, Forms]
    buttons: dict[ButtonName, Label]
    hot: dict[HotLine, Text]
    reminders: Reminders
    unreachable: Unreachable

    @model_validator(mode="after")
    def nothing_is_missing(self) -> Self:
        needed = {
            "digest": get_args(DigestLine),
            "figures": METRICS,
            "words": get_args(Word),
            "buttons": get_args(ButtonName),
            "hot": get_args(HotLine),
        }
        missing = [f"{part}.{key}" for part, keys in needed.items() for key in keys if key not in getattr(self, part)]
        missing += [f"unreachable.why.{why}" for why in get_args(Why) if why not in self.unreachable.why]
        if missing:
            raise ValueError(f"{', '.join(missing)} missing")
        return self

    def counted(self, count: int, word: Word) -> str:
        """«2 горячих лида ждут ответа»."""
        return russian.plural(count, *self.words[word])

    def button(self, name: ButtonName, style: Style, variables: Mapping[str, str]) -> str:
        """Plain text: nothing is escaped."""
        return template.render(self.buttons[name], style, {key: Html(value) for key, value in variables.items()})

    def when(self, at: datetime, *, now: datetime, zone: ZoneInfo) -> Html:
        """«в 14:30», «завтра в 9:00», «в понедельник в 9:00»."""
        local, today = at.astimezone(zone), now.astimezone(zone).date()
        said = self.reminders.another_day
        if local.date() <= today + timedelta(days=1):
            said = self.reminders.today if local.date() == today else self.reminders.tomorrow
        day = f"{'во' if local.weekday() == 1 else 'в'} {self.reminders.days[local.weekday()]}"
        return template.render(said, "vy", {"clock": f"{local.hour}:{local.minute:02}", "day": day})


def short(name: str) -> str:
    """A name on a button."""
    name = " ".join(name.split())
    return name if len(name) <= NAME else f"{name[: NAME - 1]}…"
