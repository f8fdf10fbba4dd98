"""What operators are told of incidents: presets/incidents.yaml, and its sentences put together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape, unescape
from pathlib import Path
from re import sub
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from partners.health import WORDS, Trouble, span
from partners.yaml_model import read_model

Line = Literal["opened", "again", "closed", "many_opened", "many_closed", "more"]
Text = Annotated[str, Field(min_length=1, max_length=600)]
NAMED = 5  # of many incidents at once
ALONE = 3  # so many of one kind are told one by one


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KindTexts(Part):
    what: Text
    todo: Text


class IncidentTexts(Part):
    format: Literal[1]
    kinds: dict[Trouble, KindTexts]
    telegram: dict[Line, Text]

    @model_validator(mode="after")
    def nothing_is_missing(self) -> Self:
        missing = [*(set(Trouble) - self.kinds.keys()), *(set(Line.__args__) - self.telegram.keys())]  # type: ignore[attr-defined]
        if missing:
            raise ValueError(f"{', '.join(sorted(missing))} missing")
        return self


@lru_cache(maxsize=1)
def incident_texts() -> IncidentTexts:
    path = Path(__file__).parent / "presets" / "incidents.yaml"
    return read_model(path.read_text(encoding="utf-8"), path.name, IncidentTexts)[0]


@dataclass(frozen=True, slots=True)
class News:
    """What one message tells about one incident."""

    kind: Trouble
    where: str
    detail: str
    opened: bool
    times: int
    opened_at: datetime
    at: datetime

    @property
    def title(self) -> str:
        word = str(WORDS[self.kind])
        return f"{self.where}: {word}" if self.where else f"{word[:1].upper()}{word[1:]}"


def messages(news: Sequence[News], url: str) -> list[tuple[list[int], str]]:
    """HTML, with the places in `news` that it tells of: one by one, or many of a kind in one message."""
    groups: dict[tuple[Trouble, bool], list[int]] = {}
    for place, one in enumerate(news):
        groups.setdefault((one.kind, one.opened), []).append(place)
    told: list[tuple[list[int], str]] = []
    for places in groups.values():
        if len(places) > ALONE:
            told.append((places, _many([news[place] for place in places], url)))
        else:
            told += [([place], _one(news[place], url)) for place in places]
    return told


def plain(html: str) -> str:
    """For an e-mail; the first line is its subject."""
    return unescape(sub(r"</?b>", "", html))


def _one(news: News, url: str) -> str:
    texts = incident_texts()
    key: Line = "closed" if not news.opened else "again" if news.times > 1 else "opened"
    kind = texts.kinds[news.kind]
    return texts.telegram[key].format(
        title=escape(news.title), detail=escape(f" ({news.detail})" if news.detail else ""),
        what=kind.what, todo=kind.todo, url=escape(url),
        length=span((news.at - news.opened_at).total_seconds()),
    )  # fmt: skip


def _many(news: Sequence[News], url: str) -> str:
    texts, first = incident_texts(), news[0]
    names = [escape(one.where) for one in news[:NAMED]]
    if (more := len(news) - NAMED) > 0:
        names.append(texts.telegram["more"].format(count=more))
    kind, word = texts.kinds[first.kind], str(WORDS[first.kind])
    key: Line = "many_opened" if first.opened else "many_closed"
    return texts.telegram[key].format(
        word=escape(f"{word[:1].upper()}{word[1:]}" if first.opened else word), count=len(news),
        names=", ".join(names), what=kind.what, todo=kind.todo, url=escape(url),
    )  # fmt: skip
