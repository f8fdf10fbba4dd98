"""Finds the chunks that answer a question. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from content.knowledge.index import Floats, Index, idf
from content.knowledge.query import Slot, Synonyms, slots

LIMIT = 10


@dataclass(frozen=True, slots=True)
class Hit:
    """`covered` is how much of the question (0 to 1, rare words weigh more) stands in the chunk."""

    chunk: int
    document: int
    score: float
    covered: float


@dataclass(frozen=True, slots=True)
class Results:
    """`asked`: the question as the indexes understood it."""

    hits: Sequence[Hit]
    asked: Sequence[Slot]


def search(question: str, indexes: Sequence[Index], *, today: int, synonyms: Synonyms, limit: int = LIMIT) -> Results:
    """The best chunks of all indexes together, best first; of equally good ones the fresher first.

    `today` is date.toordinal(); what has expired is not found.
    """
    found: list[tuple[float, int, Hit]] = []
    asked: dict[str, Slot] = {}
    for index in indexes:
        understood = slots(question, index, synonyms)
        found += _hits(index, understood, indexes, today, limit)
        for slot in understood:
            merged = asked.setdefault(slot.word, Slot(slot.word))
            for word, weight in slot.fillers.items():
                merged.add(word, weight)
    found.sort(key=lambda entry: (-round(entry[0], 3), -entry[1], entry[2].chunk))
    return Results([hit for _score, _day, hit in found[:limit]], list(asked.values()))


def _hits(
    index: Index, asked: Sequence[Slot], indexes: Sequence[Index], today: int, limit: int
) -> list[tuple[float, int, Hit]]:
    score, covered = np.zeros(len(index), np.float32), np.zeros(len(index), np.float32)
    total = 0.0
    for slot in asked:
        filled, mass = _filled(index, slot, indexes)
        score += filled
        covered += mass * (filled > 0)
        total += mass
    score[(index.expires > 0) & (index.expires <= today)] = 0
    # Two pages more than asked for: the fresher of equals may stand behind.
    found = np.nonzero(score > 0)[0]
    best = found[np.argsort(-score[found], kind="stable")[: limit * 3]]
    return [
        (
            float(score[row]),
            int(index.days[row]),
            Hit(int(index.chunks[row]), int(index.documents[row]), float(score[row]), float(covered[row] / total)),
        )
        for row in best.tolist()
    ]


def _filled(index: Index, slot: Slot, indexes: Sequence[Index]) -> tuple[Floats, float]:
    """What the slot gives to every chunk (the best of its words), and its weight in the question."""
    filled = np.zeros(len(index), np.float32)
    mass = 0.0
    for word, weight in slot.fillers.items():
        value = weight * rarity(word, indexes)
        mass = max(mass, value)
        if (number := index.word(word)) >= 0:
            rows, weights = index.postings(number)
            filled[rows] = np.maximum(filled[rows], value * weights)
    return filled, mass


def rarity(word: str, indexes: Sequence[Index]) -> float:
    """idf over all indexes together, so that a partner's few chunks do not distort it."""
    numbers = [(index, index.word(word)) for index in indexes]
    frequency = sum(index.frequency(number) for index, number in numbers if number >= 0)
    return idf(sum(len(index) for index in indexes), frequency)
