"""Do the passages that were found answer the question, or are they only about the same things? Pure.

A score tells what is off the subject, not near misses: those are told by what the question names and the passages
do not have: a thing, a place, the price next to the thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from content.knowledge.gate import Gate
from content.knowledge.index import Index
from content.knowledge.query import NUMBER, RELATIVE, Slot
from content.knowledge.search import rarity
from content.knowledge.words import analysis, lemmas

LEAST_COVERED = 0.25  # of the question, in the best of the first passages
# Cosine of question and passage at which other words count as an answer. Not measured with a provider's own model:
# high on purpose, so that vectors first of all sort, and an answer that is none stays rare.
NEAR = 0.75
PASSAGES = 5
_NEXT_TO = 0.6  # so much of what is asked about stands next to the sign of an answer
_BEFORE, _AFTER = 250, 60  # letters: a price follows the name of the thing


class Lacking(StrEnum):
    EVERYTHING = "everything"
    THING = "thing"  # the documents never speak of it
    PLACE = "place"
    SIGN = "sign"  # no price, no address, no code beside the thing


@dataclass(frozen=True, slots=True)
class Found:
    """What the check reads of a hit; `context` is its title and headings, `near` its cosine with the question."""

    context: str
    text: str
    covered: float
    near: float = 0.0


def verdict(
    question: str,
    asked: Sequence[Slot],
    worded: Sequence[Found],
    best: Sequence[Found],
    *,
    gate: Gate,
    indexes: Sequence[Index],
) -> Lacking | None:
    """`worded` was found by its words, `best` by words and vectors: what the words alone answer stays answered."""
    missed = lacking(question, asked, worded, gate=gate, indexes=indexes)
    if missed and list(best) != list(worded):
        missed = lacking(question, asked, best, gate=gate, indexes=indexes)
    return missed


def lacking(
    question: str, asked: Sequence[Slot], found: Sequence[Found], *, gate: Gate, indexes: Sequence[Index]
) -> Lacking | None:
    """Why these passages are no answer; None if they may be one."""
    first = found[:PASSAGES]
    if not any(passage.covered >= LEAST_COVERED or passage.near >= NEAR for passage in first):
        return Lacking.EVERYTHING
    if any(_is_thing(slot.word) and not _spoken_of(slot, indexes) for slot in asked):
        return Lacking.THING
    texts = [frozenset(lemmas(f"{passage.context} {passage.text}")) for passage in first]
    places = [slot for slot in asked if _is_place(slot.word)]
    if any(not any(_named(slot) & text for text in texts) for slot in places):
        return Lacking.PLACE
    for signs in gate.asked(question):
        if not any(_next_to(signs, asked, passage, gate, indexes) for passage in first):
            return Lacking.SIGN
    return None


def _is_thing(word: str) -> bool:
    """A noun of the dictionary, or a foreign word; what is misspelt may be anything."""
    if len(word) < 3:
        return False
    if "a" <= word[0] <= "z":
        return True
    read = analysis(word)
    return read.known and read.noun


def _is_place(word: str) -> bool:
    read = analysis(word)
    return read.known and read.place


def _named(slot: Slot) -> set[str]:
    """Without synonyms: who asks about a town is not answered by its country."""
    return {word for word, weight in slot.fillers.items() if weight >= NUMBER}


def _spoken_of(slot: Slot, indexes: Sequence[Index]) -> bool:
    near = [word for word, weight in slot.fillers.items() if weight > RELATIVE]
    return any(index.word(word) >= 0 for word in near for index in indexes)


def _next_to(signs: Iterable[str], asked: Sequence[Slot], passage: Found, gate: Gate, indexes: Sequence[Index]) -> bool:
    """Does a sign of an answer stand beside what the question is about?"""
    about = [slot for slot in asked if not gate.is_asking(slot.word)]
    masses = [max((rarity(word, indexes) for word in slot.fillers), default=0.0) for slot in about]
    context = lemmas(passage.context)
    for sign in signs:
        for match in re.finditer(sign, passage.text):
            near = passage.text[max(0, match.start() - _BEFORE) : match.end() + _AFTER]
            here = {*context, *lemmas(near)}
            mass = sum(mass for slot, mass in zip(about, masses, strict=True) if slot.fillers.keys() & here)
            if mass >= _NEXT_TO * sum(masses):
                return True
    return False
