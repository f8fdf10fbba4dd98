"""From a question to the words of an index: every word of the question is a slot that several words can fill. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from content.knowledge.index import Index
from content.knowledge.numbers import said_otherwise
from content.knowledge.sounds import grams, skeleton, sound
from content.knowledge.words import STOP, analysis, known, lemma, words

Synonyms = Mapping[str, Sequence[str]]  # words in dictionary forms, with spaces → what documents may say instead

MOST_WORDS = 40
_LETTERS = {
    "бэ": "б", "вэ": "в", "гэ": "г", "дэ": "д", "же": "ж", "ка": "к", "эл": "л", "эль": "л", "эм": "м", "эн": "н",
    "пэ": "п", "эр": "р", "эс": "с", "тэ": "т", "эф": "ф", "ха": "х", "це": "ц", "ша": "ш",
}  # fmt: skip
_SPELLED_TOO = frozenset("аоуеэю")

Shares = NDArray[np.float64]  # one for every word of an index

# How much a word that was found in another way counts beside the word itself (1.0).
SYNONYM = 0.7
SYNONYM_PART = 0.4  # a word of a synonym of several words
LONGEST_SYNONYM = 4
NUMBER = 0.8
RELATIVE = 0.5  # «беременность» for «беременным», times the share of common letters
SAME_SOUND = 0.9
SAME_SKELETON = 0.6
ALIKE_UNKNOWN = 0.55  # a misspelt word must be as similar as this to a word of the index
ALIKE_KNOWN = 0.75
PART = 0.85  # so much of a word must be inside a longer one: «коллагентринити»
MOST_ALIKE = 4


@dataclass(slots=True)
class Slot:
    """What may stand in a document for a piece of the question, and how well."""

    word: str
    fillers: dict[str, float] = field(default_factory=dict)

    def add(self, word: str, weight: float) -> None:
        if weight > self.fillers.get(word, 0.0):
            self.fillers[word] = weight


def slots(question: str, vocabulary: Index, synonyms: Synonyms) -> list[Slot]:
    written = _abbreviated(words(question)[:MOST_WORDS])
    forms = [lemma(word) for word in written]
    by_place = {at: _slot(word, vocabulary) for at, word in enumerate(written) if not _empty(word, forms[at])}
    for at, figures in said_otherwise(forms):
        for figure in figures:
            by_place.setdefault(at, Slot(written[at])).add(figure, NUMBER)
    for at, word, weight in _synonyms(written, forms, synonyms):
        by_place.setdefault(at, Slot(written[at])).add(word, weight)
    found = list({slot.word: slot for _at, slot in sorted(by_place.items())}.values())
    taken = {word for slot in found for word in slot.fillers}
    return found + [slot for slot in _joined(written, vocabulary) if not taken & slot.fillers.keys()]


def _empty(word: str, form: str) -> bool:
    return word in STOP or form in STOP


def _abbreviated(written: list[str]) -> list[str]:
    """«гэ о» and «пэ вэ» as «го» and «пв»."""
    out: list[str] = []
    at = 0
    while at < len(written):
        end = at
        while end < len(written) and (written[end] in _LETTERS or (written[end] in _SPELLED_TOO)):
            end += 1
        run = written[at:end]
        if len(run) > 1 and any(word in _LETTERS and word not in STOP for word in run):
            out.append("".join(_LETTERS.get(word, word) for word in run))
            at = end
        else:
            out.append(written[at])
            at += 1
    return out


def _synonyms(written: list[str], forms: list[str], synonyms: Synonyms) -> Iterator[tuple[int, str, float]]:
    """At which place of the question which word may stand instead, and how well."""
    for at in range(len(forms)):
        for end in range(at + 1, min(at + LONGEST_SYNONYM, len(forms)) + 1):
            for phrase in {" ".join(forms[at:end]), " ".join(written[at:end])}:
                for instead in synonyms.get(phrase, ()):
                    parts = instead.split()
                    weight = SYNONYM if len(parts) == 1 else SYNONYM_PART
                    yield from ((at, part, weight) for part in parts if part not in STOP)


def _slot(word: str, vocabulary: Index) -> Slot:
    slot = Slot(word)
    read = analysis(word)
    for form in read.forms:
        slot.add(form, 1.0)
        for relative, weight in _relatives(form, vocabulary):
            slot.add(relative, weight)
    present = any(vocabulary.word(form) >= 0 for form in read.forms)
    for other, weight in _alike(word, vocabulary, strict=present or read.known):
        slot.add(other, weight)
    if not present:
        for other in _same_skeleton(word, vocabulary):
            slot.add(other, SAME_SKELETON)
    return slot


def _relatives(form: str, vocabulary: Index) -> Iterator[tuple[str, float]]:
    """Words of the same root: those that begin with most of the word."""
    share = max(4, round(len(form) * 0.6))
    if len(form) < 5 or not "а" <= form[0] <= "я":
        return
    prefix = form[:share]
    first, last = np.searchsorted(vocabulary.words, [prefix.encode(), (prefix + "яяя").encode()])
    for name in vocabulary.words[first:last].tolist():
        other = name.decode()
        common = next(
            (n for n, (a, b) in enumerate(zip(form, other, strict=False)) if a != b), min(len(form), len(other))
        )
        closeness = common / max(len(form), len(other))
        if other != form and closeness >= 0.6:
            yield other, RELATIVE * closeness


def _alike(word: str, vocabulary: Index, *, strict: bool) -> Iterator[tuple[str, float]]:
    """Words that sound like this one; of a word that the dictionary knows only what is nearly the same."""
    key = sound(word)
    if word[0].isdigit() or len(key) < 2:
        return
    likeness, inside = _likeness(key, vocabulary)
    form_key = sound(lemma(word))
    if form_key != key and len(form_key) > 1:
        likeness = np.maximum(likeness, _likeness(form_key, vocabulary)[0])
    least = ALIKE_KNOWN if strict else ALIKE_UNKNOWN
    if len(key) < 4:
        least = 0.99
    near = np.nonzero(likeness >= least)[0]
    best = near[np.argsort(-likeness[near], kind="stable")[:MOST_ALIKE]]
    for number in best.tolist():
        other = vocabulary.words[number].decode()
        foreign = (other[0] < "а") != (word[0] < "а")
        if foreign or not strict:
            yield other, SAME_SOUND * float(likeness[number])
    if not strict and len(key) > 8:
        for number in np.nonzero((inside >= PART) & (vocabulary.word_grams >= 9))[0][:MOST_ALIKE].tolist():
            yield vocabulary.words[number].decode(), SAME_SOUND * 0.8


def _same_skeleton(word: str, vocabulary: Index) -> Iterator[str]:
    """Latin words with the consonants of a Cyrillic one."""
    gram = vocabulary.gram(skeleton(sound(word))) if word[0] > "z" else -1
    if gram >= 0:
        place = slice(vocabulary.gram_starts[gram], vocabulary.gram_starts[gram + 1])
        for number in vocabulary.gram_words[place][:MOST_ALIKE].tolist():
            yield vocabulary.words[number].decode()


def _likeness(key: str, vocabulary: Index) -> tuple[Shares, Shares]:
    """Of every word of the index: Dice's coefficient, and how much of it is inside the key."""
    own = grams(key)
    places = [number for number in map(vocabulary.gram, own) if number >= 0]
    starts = vocabulary.gram_starts
    found = [vocabulary.gram_words[starts[number] : starts[number + 1]] for number in places]
    size = len(vocabulary.words)
    common = np.bincount(np.concatenate(found), minlength=size) if found else np.zeros(size, np.int64)
    return 2 * common / (len(own) + vocabulary.word_grams), common / np.maximum(vocabulary.word_grams, 1)


def _joined(written: list[str], vocabulary: Index) -> Iterator[Slot]:
    """«файн эффект», «мета буст»: neighbours that are one word in the documents."""
    for left, right in pairwise(written):
        whole = left + right
        if not whole.isalpha() or len(whole) < 6 or len(left) < 2 or len(right) < 3 or {left, right} <= STOP:
            continue
        slot = Slot(whole)
        if vocabulary.word(whole) >= 0 or vocabulary.word(lemma(whole)) >= 0:
            slot.add(lemma(whole), 1.0)
        elif not (known(left) and known(right)):
            for other, weight in _alike(whole, vocabulary, strict=False):
                if weight >= SAME_SOUND * 0.7 and abs(len(other) - len(whole)) < 3:
                    slot.add(other, weight)
        if slot.fillers:
            yield slot
