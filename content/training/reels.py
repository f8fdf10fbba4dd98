"""The scripts of /reels_templates, as people write them: content/presets/reels. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from content.template import variables_in
from content.training.shapes import Part, Said, Title, read_folder

SLOTS = frozenset({"bot_link", "shop_link", "registration_link"})
Topic = Literal["weight", "energy", "immunity", "beauty", "kids", "sport", "business", "everyday"]
FEWEST_LETTERS = 3  # «эне» is enough for «энергия»


class Script(Part):
    """`must` is what is to be said or written in the video itself: the law asks for it, or honesty does."""

    title: Title
    hook: Said
    shots: Annotated[tuple[Said, ...], Field(min_length=2, max_length=8)]
    text: Said
    call: Said
    must: Annotated[tuple[Said, ...], Field(min_length=1, max_length=5)]

    @model_validator(mode="after")
    def slots_are_known(self) -> Self:
        texts = (self.hook, *self.shots, self.text, self.call, *self.must)
        names = {variable.name for text in texts for variable in variables_in(text)}
        if names - SLOTS:
            raise ValueError(f"unknown slots: {', '.join(sorted(names - SLOTS))}")
        return self


class Scripts(Part):
    """`words` are beginnings of what people may call the topic."""

    format: Literal[1]
    number: Annotated[int, Field(ge=1, le=99)]
    key: Topic
    title: Title
    words: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-zа-яё]{3,20}$")], ...], Field(min_length=1)]
    scripts: Annotated[tuple[Script, ...], Field(min_length=3, max_length=12)]


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, Scripts]:
    topics = sorted(read_folder("reels", Scripts), key=lambda topic: topic.number)
    return {topic.key: topic for topic in topics}


def topic_called(name: str) -> Scripts | None:
    """«похудение», «Бизнес», «weight»."""
    word = name.strip().casefold()
    if len(word) < FEWEST_LETTERS:
        return None
    return next((topic for topic in shipped().values() if any(_alike(word, known) for known in topic.words)), None)


def _alike(word: str, known: str) -> bool:
    return word.startswith(known) or known.startswith(word)
