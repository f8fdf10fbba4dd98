"""Which products of the catalogue a text names: by name, nickname, misspelt, in the other alphabet. Pure.

A word of everyday language («чай», «набор») never names a product, it only tells apart those that were named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from content.knowledge import thesaurus
from content.knowledge.sounds import grams, sound
from content.knowledge.words import analysis, known, lemma, words

LONGEST = 5  # words of a name
BY_NAME, BY_PART, BY_KEYWORD = 3, 2, 1
FOR_CHILDREN = "детям"  # the keyword of products for children
_SAME_SOUND = 5  # letters: shorter words sound alike by chance
_ALIKE = 0.8  # Dice's coefficient
_LENGTHS = (0.65, 1.5)  # of one word to another; beyond them they cannot be so much alike
_MEASURES = frozenset({"мг", "мкг", "ме", "г", "мл"})

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A product as the catalogue describes it."""

    key: str
    name: str
    keywords: tuple[str, ...] = ()

    @property
    def for_children(self) -> bool:
        return FOR_CHILDREN in self.keywords


@dataclass(frozen=True, slots=True)
class Mention:
    """Words `start` to `end` (without it) name one of `products`, the likeliest first."""

    start: int
    end: int
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """Phrases of everyday language that name a product nevertheless, and words that never do, foreign ones too."""

    telling: frozenset[str]
    ordinary: frozenset[str]

    def names_something(self, phrase: Phrase) -> bool:
        """Long enough, and with a word that is neither Russian nor ordinary."""
        if " ".join(phrase) in self.telling:
            return True
        if len(phrase) == 1 and (len(phrase[0]) < 4 or not phrase[0].isalpha()):
            return False
        return any(not self.is_ordinary(word) for word in phrase)

    def is_ordinary(self, word: str) -> bool:
        return word in self.ordinary or word[0].isdigit() or known(word)


class ProductNames:
    """The names of a whole catalogue."""

    def __init__(self, entries: Collection[Entry], telling: Telling) -> None:
        self.telling = telling
        self.entries = {entry.key: entry for entry in entries}
        self.order = {key: at for at, key in enumerate(self.entries)}
        self.ranks: dict[Phrase, dict[str, int]] = defaultdict(dict)  # how surely a phrase names a product
        self.described: dict[str, frozenset[str]] = {}
        self.by_sound: dict[str, list[Phrase]] = defaultdict(list)
        for entry in entries:
            self._learn(entry)
        for phrase in self.ranks:
            if all(word.isalpha() for word in phrase):
                self.by_sound["".join(map(sound, phrase))].append(phrase)

    def mentions(self, written: Sequence[str], *, for_children: bool = False) -> list[Mention]:
        """Of words as `content.knowledge.words` gives them; a longer name hides the shorter ones inside it."""
        found: list[Mention] = []
        taken: set[int] = set()
        spans = [(at, at + size) for size in range(LONGEST, 0, -1) for at in range(len(written) - size + 1)]
        for start, end in spans:
            if not taken.isdisjoint(range(start, end)):
                continue
            ranks = self._ranks(written, start, end)
            if ranks := {key: rank for key, rank in ranks.items() if self._fits(key, rank, for_children)}:
                found.append(Mention(start, end, self._best(ranks, written)))
                taken.update(range(start, end))
        return sorted(found, key=lambda mention: mention.start)

    def describing(self, products: Collection[str], written: Sequence[str]) -> set[int]:
        """The places of words like «суп» that stand in the description of one of the products."""
        known_words = frozenset[str]().union(*(self.described[key] for key in products))
        return {at for at, word in enumerate(written) if word in known_words or lemma(word) in known_words}

    def _learn(self, entry: Entry) -> None:
        said: set[str] = set()
        for phrase, rank in _phrases(entry):
            others = set(_said_otherwise(phrase))
            said.update(word for other in others for word in other)
            if rank == BY_NAME and len(phrase) > 1:
                self._names(phrase, entry, rank)
            elif not self.telling.names_something(phrase):
                continue
            for other in filter(self.telling.names_something, others):
                self._names(other, entry, rank)
        self.described[entry.key] = frozenset(said)

    def _names(self, phrase: Phrase, entry: Entry, rank: int) -> None:
        ranks = self.ranks[phrase]
        ranks[entry.key] = max(rank, ranks.get(entry.key, 0))

    def _fits(self, key: str, rank: int, for_children: bool) -> bool:
        """«кальций» does not mean the one for children until children are spoken of."""
        if self.entries[key].for_children:
            return for_children or rank == BY_NAME
        return not for_children

    def _ranks(self, written: Sequence[str], start: int, end: int) -> dict[str, int]:
        """The products that these words may name, and how surely."""
        if _is_preposition(written, end - 1):
            return {}
        window = tuple(written[start:end])
        forms = [(form,) for form in analysis(window[0]).forms] if len(window) == 1 else [tuple(map(lemma, window))]
        ranks: dict[str, int] = {}
        for phrase in {window, *forms} & self.ranks.keys() or self._alike(window):
            for key, rank in self.ranks[phrase].items():
                ranks[key] = max(rank, ranks.get(key, 0))
        return ranks

    def _alike(self, window: Phrase) -> Collection[Phrase]:
        """Names that sound like words which are none of any language."""
        ordinary = [self.telling.is_ordinary(word) for word in window]
        if all(ordinary) or not all(word.isalpha() for word in window):
            return ()
        key = "".join(map(sound, window))
        if len(key) < _SAME_SOUND:
            return ()
        if key in self.by_sound or any(ordinary):
            return self.by_sound.get(key, ())
        near = [other for other in self.by_sound if _LENGTHS[0] < len(other) / len(key) < _LENGTHS[1]]
        best = max(near, key=lambda other: _likeness(key, other), default="")
        return self.by_sound[best] if best and _likeness(key, best) >= _ALIKE else ()

    def _best(self, ranks: dict[str, int], written: Sequence[str]) -> tuple[str, ...]:
        """Those that are named best, and of them those that the rest of the text describes best."""
        surest = [key for key, rank in ranks.items() if rank == max(ranks.values())]
        fitting = {key: len(self.describing([key], written)) for key in surest}
        best = [key for key in surest if fitting[key] == max(fitting.values())]
        return tuple(sorted(best, key=lambda key: (len(_proper(self.entries[key].name)), self.order[key])))


def _phrases(entry: Entry) -> Iterator[tuple[Phrase, int]]:
    name = _proper(entry.name)
    if name:
        yield name, BY_NAME
    for size in range(2, len(name)):
        yield name[:size], BY_PART
    for word in words(entry.name):
        yield (word,), BY_PART
    for keyword in entry.keywords:
        if phrase := tuple(words(keyword)):
            yield phrase, BY_KEYWORD


def _proper(name: str) -> Phrase:
    """«Omega-3 1300 мг, капсулы» without the strength and what it is."""
    kept = words(name.partition(",")[0])
    drop = {at for left, right in pairwise(range(len(kept))) if kept[right] in _MEASURES for at in (left, right)}
    return tuple(word for at, word in enumerate(kept) if at not in drop)


def _said_otherwise(phrase: Phrase) -> Iterator[Phrase]:
    forms = tuple(map(lemma, phrase))
    yield phrase
    yield forms
    yield from _synonyms().get(" ".join(forms), ())


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, frozenset[Phrase]]:
    """Only those of the same meaning: «рыбий жир» for «омега», but no wider word."""
    found: dict[str, frozenset[Phrase]] = {}
    for group in thesaurus.shipped().groups:
        if group.kind == "same":
            written = [tuple(words(text)) for text in group.words]
            lemmas = [tuple(map(lemma, phrase)) for phrase in written]
            found |= dict.fromkeys(map(" ".join, lemmas), frozenset((*written, *lemmas)))
    return found


def _is_preposition(written: Sequence[str], at: int) -> bool:
    """«витамин с утра» is no vitamin C."""
    return written[at] in ("с", "в", "к") and at + 1 < len(written) and analysis(written[at + 1]).noun


def _likeness(one: str, other: str) -> float:
    common = len(set(grams(one)).intersection(grams(other)))
    return 2 * common / (len(grams(one)) + len(grams(other)))
