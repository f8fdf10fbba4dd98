"""The inverted index: which word stands in which chunks, and how much it says there. Pure.

Everything is a numpy array, so an index is saved as files and opened memory-mapped: all processes share its pages.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from content.knowledge.sounds import grams, skeleton, sound
from content.knowledge.words import LONGEST, lemmas

K1, B = 1.2, 0.6
HEADING, TITLE = 2.0, 1.0  # how many times a word there counts more than in the text
_WORD_BYTES = LONGEST * 2
_GRAM_BYTES = 10
_SHORTEST_KEY = 2

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Floats = NDArray[np.float32]
Names = NDArray[np.bytes_]


@dataclass(frozen=True, slots=True)
class Entry:
    """A chunk as the index sees it. `text` is repaired; `day` is when its facts were last looked at."""

    chunk: int
    document: int
    title: str
    headings: tuple[str, ...]
    text: str
    day: int = 0  # date.toordinal()
    expires: int = 0  # the first day on which it may not be shown; 0 for never


@dataclass(frozen=True, slots=True)
class Index:
    """`x_starts[n] : x_starts[n + 1]` are the places of word (or gram) n in the arrays that follow."""

    chunks: Ints  # sorted
    documents: Ints
    days: Small
    expires: Small
    words: Names  # sorted
    word_starts: Ints
    word_rows: Small  # rows of `chunks`
    word_weights: Floats  # BM25 without idf
    gram_names: Names  # sorted
    gram_starts: Ints
    gram_words: Small
    word_grams: Small  # how many grams a word has; 0 for words that are only found as they stand

    def __len__(self) -> int:
        return len(self.chunks)

    def __contains__(self, chunk: int) -> bool:
        at = int(np.searchsorted(self.chunks, chunk))
        return at < len(self) and bool(self.chunks[at] == chunk)

    def word(self, word: str) -> int:
        """The number of a word, -1 if no chunk has it."""
        return _place(self.words, word.encode())

    def gram(self, gram: str) -> int:
        return _place(self.gram_names, gram.encode())

    def postings(self, word: int) -> tuple[Small, Floats]:
        place = slice(self.word_starts[word], self.word_starts[word + 1])
        return self.word_rows[place], self.word_weights[place]

    def frequency(self, word: int) -> int:
        return int(self.word_starts[word + 1] - self.word_starts[word])

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        for field in fields(self):
            np.save(folder / f"{field.name}.npy", getattr(self, field.name))

    @classmethod
    def load(cls, folder: Path) -> Index:
        """Raises OSError or ValueError if a file is missing or damaged."""
        try:
            return cls(**{field.name: np.load(folder / f"{field.name}.npy", mmap_mode="r") for field in fields(cls)})
        except EOFError:
            raise ValueError(f"{folder} has an empty file") from None


def _place(names: Names, name: bytes) -> int:
    at = int(np.searchsorted(names, np.bytes_(name)))
    return at if at < len(names) and names[at] == name else -1


def build(entries: Sequence[Entry]) -> Index:
    counts = [_counts(entry) for entry in entries]
    lengths = [sum(count.values()) for count in counts]
    average = sum(lengths) / max(len(lengths), 1)
    rows: dict[str, array[int]] = {}
    weights: dict[str, array[float]] = {}
    for row, (count, length) in enumerate(zip(counts, lengths, strict=True)):
        norm = K1 * (1 - B + B * length / average) if average else K1
        for word, times in count.items():
            rows.setdefault(word, array("i")).append(row)
            weights.setdefault(word, array("f")).append(times * (K1 + 1) / (times + norm))
    words = sorted(rows, key=str.encode)
    keys = [grams(sound(word)) if _has_key(word) else () for word in words]
    by_gram: dict[str, list[int]] = {}
    for number, key in enumerate(keys):
        for gram in (*key, *_skeleton(words[number])):
            by_gram.setdefault(gram, []).append(number)
    names = sorted(by_gram)
    return Index(
        chunks=np.array([entry.chunk for entry in entries], np.int64),
        documents=np.array([entry.document for entry in entries], np.int64),
        days=np.array([entry.day for entry in entries], np.int32),
        expires=np.array([entry.expires for entry in entries], np.int32),
        words=np.array([word.encode() for word in words], f"S{_WORD_BYTES}"),
        word_starts=_starts(len(rows[word]) for word in words),
        word_rows=_joined([rows[word] for word in words], np.int32),
        word_weights=_joined([weights[word] for word in words], np.float32),
        gram_names=np.array([name.encode() for name in names], f"S{_GRAM_BYTES}"),
        gram_starts=_starts(len(by_gram[name]) for name in names),
        gram_words=np.array([number for name in names for number in by_gram[name]], np.int32),
        word_grams=np.array([len(key) for key in keys], np.int32),
    )


def _counts(entry: Entry) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text, weight in ((entry.text, 1.0), (" ".join(entry.headings), HEADING), (entry.title, TITLE)):
        for word in lemmas(text):
            counts[word] += weight  # type: ignore[assignment]  # a Counter counts in halves as well
    return counts


def _has_key(word: str) -> bool:
    return len(word) >= _SHORTEST_KEY and not word[0].isdigit() and len(sound(word)) > 1


def _skeleton(word: str) -> tuple[str, ...]:
    """Of a Latin word, for those who write it in Cyrillic letters."""
    found = skeleton(sound(word)) if "a" <= word[0] <= "z" else ""
    return (found,) if found and len(found) <= _GRAM_BYTES else ()


def _joined(columns: Sequence[array[Any]], kind: type[Any]) -> NDArray[Any]:
    """Arrays and no lists of pairs: of a hundred thousand chunks those would be a gigabyte."""
    return np.concatenate([np.zeros(0, kind), *(np.frombuffer(column, kind) for column in columns)])


def _starts(lengths: Iterable[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(list(lengths), dtype=np.int64)]).astype(np.int64)


def idf(total: int, frequency: int) -> float:
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))
