"""The types of posts and the voices, as people write them: content/presets/posts. Pure."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal, get_args

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from content.posts.sections import Sort
from content.template import TemplateError, variables_in
from partners.strict_yaml import FileError, Lines, Path, Problem
from partners.yaml_model import read_model

PRESETS = pathlib.Path(__file__).resolve().parents[1] / "presets" / "posts"

Kind = Literal[
    "product", "motivation", "news", "tips", "success_story", "promo", "myth_busting", "faq", "business"
]  # fmt: skip
FactKind = Literal["product", "passage", "plan", "story", "offer"]
Duty = Literal["supplement", "children", "income"]
Topic = Literal["Продукты", "Бизнес", "Истории успеха", "Обучение", "Новости", "Вопросы"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

Words = Annotated[str, Field(min_length=1, max_length=600)]
Brief = Annotated[str, Field(min_length=1, max_length=150)]
Name = Annotated[str, Field(min_length=1, max_length=60)]

DAYS: tuple[Day, ...] = get_args(Day)
VOICE_PARTS = ("begin", "connect", "end")
LINKS = ("shop_link", "registration_link")
VARIABLES: Mapping[FactKind, frozenset[str]] = {
    "product": frozenset({"name", "description", "price", "portions", "portion_price", "pv", "as_of"}),
    "passage": frozenset({"title", "heading", "asked", "quote", "more_heading", "more_asked", "more"}),
    "plan": frozenset(
        {"level", "volume", "percent", "income", "minimum_pv", "minimum_cost", "unit_price", "purchases", "plan_from"}
    ),
    "story": frozenset({"story"}),
    "offer": frozenset({"offer", "terms", "until"}),
}


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Line(Part):
    """A text that is only for products of some categories."""

    text: Words
    only: Annotated[tuple[str, ...], Field(min_length=1)]


class Slot(Part):
    """A place in the week, in the partner's own time."""

    day: Day
    at: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")


class Picture(Part):
    """What a painted picture shows when the post has no product, and how it is painted."""

    scene: Brief
    style: Brief


class PostType(Part):
    """`layouts` are paragraphs made of the pools and of the voice; the last one is the question or the invitation."""

    format: Literal[1]
    key: Kind
    name: Name
    topic: Topic
    rubric: Name
    purpose: Words
    facts: tuple[FactKind, ...]
    needs: tuple[FactKind, ...] = ()  # without these there is no such post
    categories: tuple[Name, ...] = ()  # of the knowledge base
    headings: tuple[Sort, ...] = ("doubt", "question", "advice")  # of its sections
    structure: Words
    forbidden: Annotated[tuple[Words, ...], Field(min_length=1)]
    picture: Picture
    advert: bool = False
    duties: tuple[Duty, ...] = ()
    week: tuple[Slot, ...]
    pools: dict[str, Annotated[tuple[str | Line, ...], Field(min_length=1)]]
    layouts: Annotated[tuple[tuple[Words, ...], ...], Field(min_length=1)]
    with_offer: tuple[tuple[Words, ...], ...] = ()  # layouts for when there is an offer


class Voice(Part):
    """How somebody begins, goes over to the matter, and comes to the question."""

    name: Name
    about: Words
    begin: Annotated[tuple[Words, ...], Field(min_length=1)]
    connect: Annotated[tuple[Words, ...], Field(min_length=1)]
    end: Annotated[tuple[Words, ...], Field(min_length=1)]


class Voices(Part):
    format: Literal[1]
    voices: dict[str, Voice]


@dataclass(frozen=True, slots=True)
class Library:
    types: Mapping[str, PostType]  # by their keys
    voices: Mapping[str, Voice]


@lru_cache(maxsize=1)
def shipped() -> Library:
    types = [read_type(path.read_text(encoding="utf-8"), path.name) for path in sorted(PRESETS.glob("types/*.yaml"))]
    path = PRESETS / "voices.yaml"
    voices, _lines = read_model(path.read_text(encoding="utf-8"), path.name, Voices)
    return Library({kind.key: kind for kind in types}, voices.voices)


def read_type(text: str, name: str) -> PostType:
    """Raises partners.strict_yaml.FileError, also for a variable that the type's facts do not provide."""
    kind, lines = read_model(text, name, PostType)
    if problems := list(_problems(kind, lines)):
        raise FileError(problems)
    return kind


def weekly_plan(library: Library) -> list[tuple[Slot, Kind]]:
    """The week as the types propose it, in its order."""
    slots = ((slot, kind.key) for kind in library.types.values() for slot in kind.week)
    return sorted(slots, key=lambda entry: (DAYS.index(entry[0].day), entry[0].at))


def line_text(line: str | Line) -> str:
    return line if isinstance(line, str) else line.text


def _problems(kind: PostType, lines: Lines) -> Iterator[Problem]:
    provided = {*LINKS, "author"}.union(*(VARIABLES[fact] for fact in kind.facts))
    for pool, texts in kind.pools.items():
        for at, line in enumerate(texts):
            yield from _unknown(line_text(line), provided, lines, ("pools", pool, at))
    for field in ("layouts", "with_offer"):
        for at, layout in enumerate(getattr(kind, field)):
            for number, paragraph in enumerate(layout):
                known = {*kind.pools, *VOICE_PARTS, *provided}
                yield from _unknown(paragraph, known, lines, (field, at, number))


def _unknown(text: str, known: set[str], lines: Lines, path: Path) -> Iterator[Problem]:
    try:
        names = sorted({variable.name for variable in variables_in(text)} - known)
    except TemplateError as error:
        yield lines.problem(path, "template", _("“%(mark)s” cannot be read here.") % {"mark": error.mark})
        return
    for name in names:
        sentence = _("The facts of this type do not provide “{%(name)s}”.") % {"name": name}
        yield lines.problem(path, "unknown_variable", sentence)
