"""The little language of the rules: «снимать, снять + @pain». Pure.

`,` separates alternatives, a space the words of a phrase, ` + ` what must stand near each other and ` … ` what
must stand in one sentence, both in any order. `@name` is a list, `#` a number, `!word` a word in this very form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from content.claims.words import Form, rule_keys

NEAR = " + "
ANYWHERE = " … "
NO_WINDOW = 10_000
_READABLE = re.compile(r"[#%₽]|@[a-z_0-9]+|!?\w+")

Keys = frozenset[str]
Phrase = tuple[Keys, ...]
Span = tuple[int, int]  # of words, the second is the one after the last
Lists = Mapping[str, tuple[Phrase, ...]]


class PatternError(ValueError):
    """A pattern that cannot be read; the text of the error is the offending piece."""


class Line:
    """The words of one sentence, and where each key stands."""

    def __init__(self, forms: Sequence[Form]) -> None:
        self.forms = forms
        self.places: dict[str, list[int]] = {}
        for at, form in enumerate(forms):
            for key in form.keys:
                self.places.setdefault(key, []).append(at)


@dataclass(frozen=True, slots=True)
class Slot:
    """Phrases of which one is enough. `rests`: what may follow a key that stands first."""

    phrases: tuple[Phrase, ...]
    rests: Mapping[str, tuple[Phrase, ...]]

    def find(self, line: Line) -> list[Span]:
        found: set[Span] = set()
        for key in self.rests.keys() & line.places.keys():
            for at in line.places[key]:
                found.update((at, at + 1 + len(rest)) for rest in self.rests[key] if _follows(rest, line.forms, at + 1))
        return sorted(found)


def _follows(rest: Phrase, forms: Sequence[Form], at: int) -> bool:
    if at + len(rest) > len(forms):
        return False
    return all(not keys.isdisjoint(forms[at + number].keys) for number, keys in enumerate(rest))


@dataclass(frozen=True, slots=True)
class Pattern:
    """Every slot must be found; `window` is how many other words may stand between them."""

    slots: tuple[Slot, ...]
    window: int

    @property
    def rarest_keys(self) -> Keys:
        """One of these is in every sentence that the pattern matches."""
        return min((frozenset(slot.rests) for slot in self.slots), key=len)

    @property
    def keys(self) -> Keys:
        return frozenset(key for slot in self.slots for phrase in slot.phrases for keys in phrase for key in keys)

    def find(self, line: Line) -> Iterator[tuple[int, ...]]:
        """The places of the words, for every place of the first slot."""
        slots = []
        for slot in self.slots:
            found = slot.find(line)
            if not found:
                return
            slots.append(found)
        for anchor in slots[0]:
            spans = _around(anchor, slots[1:])
            if spans and _words_between(spans) <= self.window:
                yield tuple(at for span in spans for at in range(*span))


def _around(anchor: Span, slots: Sequence[Sequence[Span]]) -> list[Span]:
    """The nearest spans of the other slots; nothing if one of them has no span left."""
    spans = [anchor]
    for found in slots:
        free = [span for span in found if not any(_overlap(span, taken) for taken in spans)]
        if not free:
            return []
        spans.append(min(free, key=lambda span: abs(span[0] - anchor[0])))
    return spans


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _words_between(spans: Sequence[Span]) -> int:
    return max(end for _, end in spans) - min(at for at, _ in spans) - sum(end - at for at, end in spans)


def compiled(text: str, lists: Lists, *, window: int) -> Pattern:
    """Raises PatternError."""
    parts = text.split(ANYWHERE)
    slots = tuple(_slot(slot, lists) for part in parts for slot in part.split(NEAR))
    return Pattern(slots, NO_WINDOW if len(parts) > 1 else window)


def _slot(text: str, lists: Lists) -> Slot:
    found = phrases(text, lists)
    rests: dict[str, list[Phrase]] = {}
    for phrase in found:
        for key in phrase[0]:
            rests.setdefault(key, []).append(phrase[1:])
    return Slot(found, {key: tuple(after) for key, after in rests.items()})


def phrases(text: str, lists: Lists) -> tuple[Phrase, ...]:
    """«боль, @pain, щитовидная железа» as alternatives, each a row of words. Raises PatternError."""
    found: list[Phrase] = []
    for alternative in text.split(","):
        words = alternative.split()
        if not words:
            raise PatternError(text)
        for row in product(*(_word(word, lists) for word in words)):
            found.append(tuple(keys for phrase in row for keys in phrase))
    return tuple(dict.fromkeys(found))


def _word(word: str, lists: Lists) -> tuple[Phrase, ...]:
    if not _READABLE.fullmatch(word) or (word[0] == "@" and word[1:] not in lists):
        raise PatternError(word)
    return lists[word[1:]] if word[0] == "@" else ((rule_keys(word),),)
