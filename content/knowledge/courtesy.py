"""Is there a question in a message at all? Pure; the rules are presets/rules/courtesy.yaml."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from content.claims.patterns import Line, Pattern
from content.claims.reader import PatternReader
from content.claims.words import form, names_somebody
from content.knowledge.gate import NEAR, Part, Wording
from content.knowledge.words import words
from partners.yaml_model import read_model

SHIPPED = pathlib.Path(__file__).resolve().parents[1] / "presets" / "rules" / "courtesy.yaml"
MOST_WORDS = 12
_FOREIGN = re.compile(r"[^\W\d_a-zа-яё]", re.IGNORECASE)  # letters that `words` would leave out


class Courtesy(StrEnum):
    BOT = "bot"  # «ты бот?»
    HUMAN = "human"  # «позовите человека»
    THANKS = "thanks"
    BYE = "bye"
    GO_ON = "go_on"  # «да», «у меня вопрос»
    HELLO = "hello"
    OK = "ok"  # «понятно», «нет»
    SIGNS = "signs"  # no words: «👍», «???»


class CourtesyFile(Part):
    format: Literal[1]
    courtesies: dict[Courtesy, Wording]
    around: Wording


@dataclass(frozen=True, slots=True)
class Courtesies:
    by_kind: Mapping[Courtesy, Pattern]  # the first that is found decides
    around: Pattern

    def find(self, text: str) -> Courtesy | None:
        """None if a single word of the text says something else: «спасибо, а сколько стоит доставка?»"""
        if not any(sign.isalnum() for sign in text):
            return Courtesy.SIGNS
        said = words(text)
        if not 0 < len(said) <= MOST_WORDS or _FOREIGN.search(text):
            return None
        line = Line([form(word) for word in said])
        found = {kind: places for kind, pattern in self.by_kind.items() if (places := _places(pattern, line))}
        known = _places(self.around, line).union(*found.values())
        if all(at in known or names_somebody(word) for at, word in enumerate(said)):
            return next(iter(found), None)
        return None


def _places(pattern: Pattern, line: Line) -> frozenset[int]:
    return frozenset(at for places in pattern.find(line) for at in places)


def courtesy(text: str) -> Courtesy | None:
    return shipped().find(text)


@lru_cache(maxsize=1)
def shipped() -> Courtesies:
    return load_courtesies(SHIPPED.read_text(encoding="utf-8"), SHIPPED.name)


def load_courtesies(text: str, name: str) -> Courtesies:
    """Raises partners.strict_yaml.FileError with the line of the mistake."""
    file, lines = read_model(text, name, CourtesyFile)
    reader = PatternReader(lines)

    def pattern(wording: str, *path: str) -> Pattern:
        return reader.pattern(wording, path, window=NEAR)

    by_kind = {kind: pattern(wording, "courtesies", kind.value) for kind, wording in file.courtesies.items()}
    return Courtesies(by_kind, pattern(file.around, "around"))
