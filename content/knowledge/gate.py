"""Before anything is looked up: may this question be answered at all? Pure; the rules are presets/rules/gate.yaml.

They are written in the little language of `content.claims.patterns`.
"""

from __future__ import annotations

import pathlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from content.claims.patterns import Line, Pattern, PatternError, Phrase, compiled, phrases
from content.claims.words import Form, form
from content.knowledge.sounds import sound
from content.knowledge.words import known, words
from partners.strict_yaml import FileError, Lines, Path
from partners.yaml_model import read_model

SHIPPED = pathlib.Path(__file__).resolve().parents[1] / "presets" / "rules" / "gate.yaml"
MAX_WORDS = 80
_NEAR = 6

Wording = Annotated[str, Field(min_length=1, max_length=4_000)]
Wordings = Annotated[tuple[Wording, ...], Field(max_length=200)]


class Refusal(StrEnum):
    MEDICAL = "medical"
    INJECTION = "injection"
    OFFTOPIC = "offtopic"


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KindEntry(Part):
    find: Wordings
    unless: Wordings = ()


class AskEntry(Part):
    """A question that is only answered by a passage with one of these signs (regular expressions) in it."""

    asked: Wordings
    signs: Annotated[tuple[str, ...], Field(min_length=1, max_length=30)]


class GateFile(Part):
    format: Literal[1]
    lists: dict[str, Wording] = {}
    refuse: dict[Refusal, KindEntry]  # the first that fits decides
    asks: dict[str, AskEntry] = {}


@dataclass(frozen=True, slots=True)
class Kind:
    refusal: Refusal
    find: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    asked: tuple[Pattern, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    kinds: tuple[Kind, ...]
    asks: tuple[Ask, ...]
    sounds: Mapping[str, frozenset[str]]  # how the rules' words sound, for misspelt ones

    def refusal(self, question: str) -> Refusal | None:
        line = self.line(question)
        return next(
            (kind.refusal for kind in self.kinds if _any(kind.find, line) and not _any(kind.unless, line)), None
        )

    def asked(self, question: str) -> Iterator[tuple[str, ...]]:
        """The signs of an answer, for everything that the question asks for."""
        line = self.line(question)
        return (ask.signs for ask in self.asks if _any(ask.asked, line))

    def is_asking(self, word: str) -> bool:
        """Is it a word that asks, like «стоит», and not what is asked about?"""
        keys = form(word).keys
        return any(keys & pattern.keys for ask in self.asks for pattern in ask.asked)

    def line(self, text: str) -> Line:
        return Line([self._form(word) for word in words(text)[:MAX_WORDS]])

    def _form(self, word: str) -> Form:
        plain = form(word)
        if known(word) or len(word) < 5:
            return plain
        return Form(plain.keys | self.sounds.get(sound(word), frozenset()), plain.kind)


def _any(patterns: Collection[Pattern], line: Line) -> bool:
    return any(True for pattern in patterns for _places in pattern.find(line))


@lru_cache(maxsize=1)
def shipped() -> Gate:
    return load_gate(SHIPPED.read_text(encoding="utf-8"), SHIPPED.name)


def load_gate(text: str, name: str) -> Gate:
    """Raises partners.strict_yaml.FileError with the line of the mistake."""
    file, lines = read_model(text, name, GateFile)
    reader = PatternReader(lines, {})
    for key, entries in file.lists.items():
        reader.lists[key] = reader.list(entries, ("lists", key))
    kinds = tuple(
        Kind(
            refusal,
            reader.patterns(entry.find, ("refuse", refusal.value, "find")),
            reader.patterns(entry.unless, ("refuse", refusal.value, "unless")),
        )
        for refusal, entry in file.refuse.items()
    )
    asks = tuple(
        Ask(reader.patterns(entry.asked, ("asks", key, "asked")), entry.signs) for key, entry in file.asks.items()
    )
    return Gate(kinds, asks, _sounds(kinds))


def _sounds(kinds: Collection[Kind]) -> dict[str, frozenset[str]]:
    keys = {key for kind in kinds for pattern in kind.find for key in pattern.keys if key.isalpha()}
    found: dict[str, set[str]] = {}
    for key in keys:
        found.setdefault(sound(key), set()).add(key)
    return {heard: frozenset(group) for heard, group in found.items()}


@dataclass(frozen=True, slots=True)
class PatternReader:
    lines: Lines
    lists: dict[str, tuple[Phrase, ...]]

    def list(self, text: str, path: Path) -> tuple[Phrase, ...]:
        try:
            return phrases(text, self.lists)
        except PatternError as error:
            raise self._refused(error, path) from None

    def patterns(self, texts: Collection[str], path: Path) -> tuple[Pattern, ...]:
        return tuple(self.pattern(text, (*path, number)) for number, text in enumerate(texts))

    def pattern(self, text: str, path: Path) -> Pattern:
        try:
            return compiled(text, self.lists, window=_NEAR)
        except PatternError as error:
            raise self._refused(error, path) from None

    def _refused(self, error: PatternError, path: Path) -> FileError:
        sentence = _("“%(piece)s” cannot be read. Write: word, two words, @list + number: #.") % {"piece": error}
        return FileError([self.lines.problem(path, "bad_pattern", sentence)])
