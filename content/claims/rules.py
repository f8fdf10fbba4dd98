"""The rules of a claims file, ready to be looked up. Pure."""

from __future__ import annotations

import pathlib
from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from content.claims.patterns import Keys, Pattern
from content.claims.reader import PatternReader
from content.claims.words import form
from partners.strict_yaml import Path
from partners.yaml_model import read_model

SHIPPED = pathlib.Path(__file__).resolve().parents[1] / "presets" / "claims.yaml"

Fact = Literal["deadline"]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,23}$")]
Wording = Annotated[str, Field(min_length=1, max_length=2_000)]

_NEAR = 5
_NEAR_EXCUSE = 8
_STEM = 3


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RuleEntry(Part):
    """`unless`: where one of these meets the words that were found, nothing is wrong with them."""

    key: Key
    say: str = Field(min_length=1, max_length=300)  # what is wrong, and how to say it instead
    find: Annotated[tuple[Wording, ...], Field(min_length=1, max_length=100)]
    unless: Annotated[tuple[Wording, ...], Field(max_length=60)] = ()
    denied_too: bool = False  # «без побочных эффектов» is a claim although it says «без»
    fine_with: Fact | None = None


class ClaimsFile(Part):
    format: Literal[1]
    lists: dict[Key, Wording] = {}  # an entry may name the lists above it
    warnings: tuple[Wording, ...] = ()  # a sentence with one of these warns of what it names
    no_denials: tuple[Wording, ...] = ()  # «не только»: a «не» that denies nothing
    rules: Annotated[tuple[RuleEntry, ...], Field(min_length=1, max_length=100)]


@dataclass(frozen=True, slots=True)
class Rule:
    key: str
    say: str
    find: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    denied_too: bool
    fine_with: Fact | None


@dataclass(frozen=True, slots=True)
class Rules:
    by_key: Mapping[str, tuple[tuple[Rule, Pattern], ...]]
    warnings: tuple[Pattern, ...]
    no_denials: tuple[Pattern, ...]
    words: Keys
    stems: frozenset[str]

    def candidates(self, keys: Set[str]) -> Collection[tuple[Rule, Pattern]]:
        """Whatever a sentence with these keys can match."""
        found = (pair for key in keys & self.by_key.keys() for pair in self.by_key[key])
        return {id(pattern): (rule, pattern) for rule, pattern in found}.values()

    def know(self, word: str) -> bool:
        """Does a rule name this word in any of its forms?"""
        return word[:_STEM] in self.stems and not form(word).keys.isdisjoint(self.words)


@lru_cache(maxsize=1)
def shipped() -> Rules:
    return load_rules(SHIPPED.read_text(encoding="utf-8"), SHIPPED.name)


def load_rules(text: str, name: str) -> Rules:
    """Raises partners.strict_yaml.FileError with the line of the mistake."""
    file, lines = read_model(text, name, ClaimsFile)
    reader = PatternReader(lines)
    reader.read_lists(file.lists)
    by_key: dict[str, list[tuple[Rule, Pattern]]] = {}
    words: set[str] = set()
    for number, entry in enumerate(file.rules):
        rule = _rule(reader, entry, ("rules", number))
        for pattern in rule.find:
            words |= pattern.keys
            for key in pattern.rarest_keys:
                by_key.setdefault(key, []).append((rule, pattern))
    return Rules(
        by_key={key: tuple(pairs) for key, pairs in by_key.items()},
        warnings=reader.patterns(file.warnings, ("warnings",), window=_NEAR_EXCUSE),
        no_denials=reader.patterns(file.no_denials, ("no_denials",), window=0),
        words=frozenset(words),
        stems=frozenset(key.lstrip("!")[:_STEM] for key in words),
    )


def _rule(reader: PatternReader, entry: RuleEntry, path: Path) -> Rule:
    return Rule(
        key=entry.key,
        say=entry.say,
        find=reader.patterns(entry.find, (*path, "find"), window=_NEAR),
        unless=reader.patterns(entry.unless, (*path, "unless"), window=_NEAR_EXCUSE),
        denied_too=entry.denied_too,
        fine_with=entry.fine_with,
    )
