"""What people type and what articles say instead: content/presets/rules/thesaurus.yaml. Pure."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from partners.strict_yaml import FileError, Lines, Problem
from partners.yaml_model import read_model

SHIPPED = pathlib.Path(__file__).resolve().parents[1] / "presets" / "rules" / "thesaurus.yaml"

# As the index spells words: small letters, no «ё».
Phrase = Annotated[str, Field(pattern=r"^[a-zа-я0-9][a-zа-я0-9 .+-]*$", max_length=60)]
Lemmatise = Callable[[str], Sequence[str]]  # a phrase as its words in their dictionary forms


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Group(Part):
    """`same`: any of the words stands for any other. `broader`: the first stands for each of the others."""

    kind: Literal["same", "broader"]
    words: Annotated[tuple[Phrase, ...], Field(min_length=2, max_length=40)]


class Thesaurus(Part):
    format: Literal[1]
    groups: Annotated[tuple[Group, ...], Field(min_length=1, max_length=2_000)]

    def synonyms(self, lemmatise: Lemmatise) -> dict[str, tuple[str, ...]]:
        """For a phrase in dictionary forms what an article may say instead, in dictionary forms too."""
        instead: dict[str, dict[str, None]] = {}
        for group in self.groups:
            phrases = list(dict.fromkeys(" ".join(lemmatise(words)) for words in group.words))
            for phrase in phrases if group.kind == "same" else phrases[1:]:
                others = phrases if group.kind == "same" else phrases[:1]
                instead.setdefault(phrase, {}).update(dict.fromkeys(other for other in others if other != phrase))
        return {phrase: tuple(others) for phrase, others in instead.items() if others}


@lru_cache(maxsize=1)
def shipped() -> Thesaurus:
    return load_thesaurus(SHIPPED.read_text(encoding="utf-8"), SHIPPED.name)


def load_thesaurus(text: str, name: str) -> Thesaurus:
    """Raises partners.strict_yaml.FileError with the line of every mistake."""
    thesaurus, lines = read_model(text, name, Thesaurus)
    if problems := list(_repeated(thesaurus, lines)):
        raise FileError(problems)
    return thesaurus


def _repeated(thesaurus: Thesaurus, lines: Lines) -> Iterator[Problem]:
    """A word of two groups would make everything in them the same."""
    seen: set[str] = set()
    for number, group in enumerate(thesaurus.groups):
        for place, word in enumerate(group.words if group.kind == "same" else ()):
            if word in seen:
                sentence = _("“%(word)s” stands in a group of the kind “same” already.") % {"word": word}
                yield lines.problem(("groups", number, "words", place), "repeated_word", sentence)
            seen.add(word)
