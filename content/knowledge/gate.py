"""Before anything is looked up: may this question be answered at all? Pure; the rules are presets/rules/gate.yaml.

They are written in the little language of `content.claims.patterns`.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from content.claims.patterns import Line, Lists, Pattern
from content.claims.reader import PatternReader
from content.claims.words import form
from content.knowledge.instructions import instructions
from content.knowledge.lines import Sounds, any_found, line_of, lines_of, sounds_of
from partners.yaml_model import read_model

SHIPPED = pathlib.Path(__file__).resolve().parents[1] / "presets" / "rules" / "gate.yaml"
NEAR = 6  # other words that may stand between the words of a wording

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
    """`lists` are the file's lists of words, for other rules."""

    kinds: tuple[Kind, ...]
    asks: tuple[Ask, ...]
    sounds: Sounds
    lists: Lists

    def refusal(self, question: str) -> Refusal | None:
        """What is disguised, or hidden behind many words, is found too."""
        if any(instructions(question)):
            return Refusal.INJECTION
        lines = lines_of(question, self.sounds)
        for kind in self.kinds:
            if any(any_found(kind.find, line) and not any_found(kind.unless, line) for line in lines):
                return kind.refusal
        return None

    def asked(self, question: str) -> Iterator[tuple[str, ...]]:
        """The signs of an answer, for everything that the question asks for."""
        line = self.line(question)
        return (ask.signs for ask in self.asks if any_found(ask.asked, line))

    def is_asking(self, word: str) -> bool:
        """Is it a word that asks, like «стоит», and not what is asked about?"""
        keys = form(word).keys
        return any(keys & pattern.keys for ask in self.asks for pattern in ask.asked)

    def line(self, text: str) -> Line:
        return line_of(text, self.sounds)


@lru_cache(maxsize=1)
def shipped() -> Gate:
    return load_gate(SHIPPED.read_text(encoding="utf-8"), SHIPPED.name)


def load_gate(text: str, name: str) -> Gate:
    """Raises partners.strict_yaml.FileError with the line of the mistake."""
    file, lines = read_model(text, name, GateFile)
    reader = PatternReader(lines)
    reader.read_lists(file.lists)
    kinds = tuple(
        Kind(
            refusal,
            reader.patterns(entry.find, ("refuse", refusal.value, "find"), window=NEAR),
            reader.patterns(entry.unless, ("refuse", refusal.value, "unless"), window=NEAR),
        )
        for refusal, entry in file.refuse.items()
    )
    asks = tuple(
        Ask(reader.patterns(entry.asked, ("asks", key, "asked"), window=NEAR), entry.signs)
        for key, entry in file.asks.items()
    )
    return Gate(kinds, asks, sounds_of(pattern for kind in kinds for pattern in kind.find), reader.lists)
