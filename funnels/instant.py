"""Does a text name a product, or ask for the way to the shop or to the registration? Pure.

The rules are presets/rules/instant.yaml, in the little language of `content.claims.patterns`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from content.claims.patterns import Line, Lists, Pattern
from content.claims.reader import PatternReader
from content.knowledge import gate
from content.knowledge.lines import MAX_WORDS, Sounds, any_found, line_of, sounds_of
from content.knowledge.words import words
from funnels.product_names import Entry, ProductNames, Telling
from partners.yaml_model import read_model

SHIPPED = Path(__file__).resolve().parent / "presets" / "rules" / "instant.yaml"
MOST = 2  # products under one answer
_NEAR = 4

Wording = Annotated[str, Field(min_length=1, max_length=2_000)]
Wordings = Annotated[tuple[Wording, ...], Field(max_length=60)]
LinkName = Literal["registration", "shop"]

_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_KEYBOARD = str.maketrans("qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюё")


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LinkEntry(Part):
    """`alone`: asks for the link only where nothing else is said."""

    find: Wordings
    alone: Wordings = ()
    unless: Wordings = ()


class InstantFile(Part):
    format: Literal[1]
    telling: Wording
    ordinary: Wording
    lists: dict[str, Wording] = {}
    never: Wordings
    no_products: Wordings
    children: Wording
    links: dict[LinkName, LinkEntry]
    small: Wording
    price: Wording
    questions: Wording


@dataclass(frozen=True, slots=True)
class LinkRule:
    find: tuple[Pattern, ...]
    alone: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    telling: Telling
    never: tuple[Pattern, ...]
    no_products: tuple[Pattern, ...]
    children: tuple[Pattern, ...]
    links: dict[LinkName, LinkRule]
    small: tuple[Pattern, ...]
    price: tuple[Pattern, ...]
    questions: tuple[Pattern, ...]
    sounds: Sounds


@dataclass(frozen=True, slots=True)
class Wanted:
    """`products` are keys of the catalogue, at most `MOST`. `alone`: nothing else is said, so nothing else is asked."""

    products: tuple[str, ...] = ()
    registration: bool = False
    shop: bool = False
    alone: bool = False

    def __bool__(self) -> bool:
        return bool(self.products) or self.registration or self.shop


NOTHING = Wanted()


def wanted(text: str, names: ProductNames) -> Wanted:
    """What is refused by the gate wants nothing: a medical question is never answered with a product."""
    found = _wanted(text, names)
    if found or _CYRILLIC.search(text):
        return found
    return _wanted(text.lower().translate(_KEYBOARD), names)  # «'ythl;b»: the other keyboard layout


def product_names(entries: Collection[Entry]) -> ProductNames:
    return ProductNames(entries, shipped().telling)


def _wanted(text: str, names: ProductNames) -> Wanted:
    rules = shipped()
    line = line_of(text, rules.sounds)
    if not line.forms or any_found(rules.never, line) or gate.shipped().refusal(text):
        return NOTHING
    written = words(text)
    everything = set(range(len(written)))
    products: tuple[str, ...] = ()
    known = _places(rules.small, line)
    if not any_found(rules.no_products, line):
        products, named = _products(written[:MAX_WORDS], line, names)
        known |= named
    if products:
        known |= _places(rules.price, line)
    asked = {name: _asked(rule, line, everything - known) for name, rule in rules.links.items()}
    rest = (everything - known.union(*asked.values())) | _places(rules.questions, line)
    wishes = bool(products or asked["registration"] or asked["shop"])
    return Wanted(
        products=products,
        registration=bool(asked["registration"]),
        shop=bool(asked["shop"]) and not products,
        alone=wishes and not rest,
    )


def _products(written: Sequence[str], line: Line, names: ProductNames) -> tuple[tuple[str, ...], set[int]]:
    """The products, and the places of the words that name or describe them."""
    mentions = names.mentions(written, for_children=any_found(shipped().children, line))
    if not mentions:
        return (), set()
    groups = list(dict.fromkeys(mention.products for mention in mentions))
    best = (groups[0] if len(groups) == 1 else tuple(dict.fromkeys(group[0] for group in groups)))[:MOST]
    meant = [mention for mention in mentions if mention.products[0] in best]
    named = {at for mention in meant for at in range(mention.start, mention.end)}
    return best, named | names.describing(best, written)


def _asked(rule: LinkRule, line: Line, rest: set[int]) -> set[int]:
    """The places of the words that ask for the link, if any do; `rest` is what is said besides."""
    if any_found(rule.unless, line):
        return set()
    alone = _places(rule.alone, line)
    return _places(rule.find, line) or (alone if rest <= alone else set())


def _places(patterns: Collection[Pattern], line: Line) -> set[int]:
    return {at for pattern in patterns for places in pattern.find(line) for at in places}


@lru_cache(maxsize=1)
def shipped() -> Rules:
    return load_rules(SHIPPED.read_text(encoding="utf-8"), SHIPPED.name, lists=gate.shipped().lists)


def load_rules(text: str, name: str, *, lists: Lists) -> Rules:
    """`lists` may be named besides the file's own. Raises partners.strict_yaml.FileError with the line."""
    file, lines = read_model(text, name, InstantFile)
    reader = PatternReader(lines, dict(lists))
    reader.read_lists(file.lists)

    def patterns(texts: Collection[str], *path: str) -> tuple[Pattern, ...]:
        return reader.patterns(texts, path, window=_NEAR)

    links = {
        link: LinkRule(
            find=patterns(entry.find, "links", link, "find"),
            alone=patterns(entry.alone, "links", link, "alone"),
            unless=patterns(entry.unless, "links", link, "unless"),
        )
        for link, entry in file.links.items()
    }
    return Rules(
        telling=Telling(_phrases(file.telling), _phrases(file.ordinary)),
        never=patterns(file.never, "never"),
        no_products=patterns(file.no_products, "no_products"),
        children=patterns([file.children], "children"),
        links=links,
        small=patterns([file.small], "small"),
        price=patterns([file.price], "price"),
        questions=patterns([file.questions], "questions"),
        sounds=sounds_of(pattern for rule in links.values() for pattern in (*rule.find, *rule.alone)),
    )


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(words(phrase)) for phrase in text.split(","))
