"""The dictionary forms of Russian words. Pure; the dictionary (30 MB) is loaded by the first word."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer

Kind = Literal["finite", "infinitive", "other"]
NUMBER = "#"

# Longer "words" are noise and slow to analyse; the dictionary raises an error at letters it cannot name.
_RUSSIAN = re.compile("[а-я]{1,40}")
_LIKELY = 0.05
_KINDS: dict[str, Kind] = {"VERB": "finite", "PRTS": "finite", "ADJS": "finite", "INFN": "infinitive"}


@dataclass(frozen=True, slots=True)
class Form:
    """What a word can be matched by: its dictionary forms, `!` and the word itself, `#` for any number."""

    keys: frozenset[str]
    kind: Kind


@lru_cache(maxsize=1)
def analyzer() -> MorphAnalyzer:
    from pymorphy3 import MorphAnalyzer  # here, because most processes never check a text

    logging.getLogger("pymorphy3").setLevel(logging.WARNING)
    return MorphAnalyzer()


@lru_cache(maxsize=20_000)
def form(word: str) -> Form:
    """The form of a word in small letters, with «е» for «ё»."""
    if word[0].isdigit():
        return Form(frozenset({NUMBER, "!" + word}), "other")
    lemmas, kind = _analyse(word)
    return Form(lemmas | {"!" + word}, kind)


@lru_cache(maxsize=20_000)
def names_somebody(word: str) -> bool:
    """Whether a Russian word is first of all a given name or a patronymic («Владимир» is, «Роман» is not)."""
    known = _RUSSIAN.fullmatch(word.lower().replace("ё", "е")) and analyzer().word_is_known(word)
    tag = analyzer().parse(word)[0].tag if known else ""
    return "Name" in tag or "Patr" in tag


def rule_keys(word: str) -> frozenset[str]:
    """What a word of a rule stands for: `#`, `!word` for this very form, else every form of the word."""
    if word == NUMBER:
        return frozenset({NUMBER})
    word = word.lower().replace("ё", "е")
    if word.startswith("!") or word[0].isdigit():
        return frozenset({"!" + word.removeprefix("!")})
    lemmas, _kind = _analyse(word)
    return frozenset({word}) if word in lemmas else lemmas


def _analyse(word: str) -> tuple[frozenset[str], Kind]:
    if not _RUSSIAN.fullmatch(word):
        return frozenset({word}), "other"
    parses = analyzer().parse(word)
    lemmas = {parse.normal_form.replace("ё", "е") for parse in parses if parse.score >= _LIKELY}
    return frozenset(lemmas), _KINDS.get(str(parses[0].tag.POS), "other")
