"""Which questions ask the same? Pure.

Every group has a leader, its earliest question, and holds only what is like that leader: a chain of questions, each
a little like the next, does not become one group. The same questions always give the same groups.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from content.knowledge import thesaurus
from content.knowledge.gate import shipped
from content.knowledge.sounds import sound
from content.knowledge.words import STOP, analysis, lemma, lemmas, words

# Calibrated on tests/content/alike_questions.yaml. A wrong answer to somebody is worse than one more group.
ALIKE = 0.55
_BOTH_DIFFER, _ONE_SAYS_MORE = 1.0, 0.4  # Tversky's index: «манго» against «клубника» parts more than a longer text
_NO_NOUN = 0.5
MOST_WORDS = 60
_SHORTEST_SOUND = 4  # letters: of shorter words too many sound alike
_LONGEST_PHRASE = 4
_KNOWN = 30  # so many questions count as asked before: in the first few everything would be equally rare

# What surrounds a question and says nothing of its subject, in dictionary forms.
_ABOUT_NOTHING_TEXT = """
вопрос здравствовать добрый день вечер утро спасибо благодарить интересовать хотеться узнать понять
сообщить сообщать рассказать объяснить ответить подсказать говорить слышать видеть смотреть думать случай
да ваш наш свой любой вообще примерно точно именно также например девочка друг
можно возможный подходить подойти бывать продукт продукция товар находиться проводить
"""
_ABOUT_NOTHING = frozenset(_ABOUT_NOTHING_TEXT.split())


@dataclass(frozen=True, slots=True)
class Said:
    """What a question is told by: its marks, with how much their kind of word says, and what it asks for."""

    marks: Mapping[str, float]
    asks: frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Leader:
    weights: Mapping[str, float]
    mass: float
    asks: frozenset[tuple[str, ...]]


def groups(questions: Sequence[str]) -> list[list[int]]:
    """Places in `questions` (oldest first), the leader of each group first; every question is in one group."""
    said = [read(question) for question in questions]
    rarity = _rarity(said)
    leaders: list[_Leader] = []
    by_mark: dict[str, list[int]] = {}  # the numbers of the groups whose leader has the mark
    found: list[list[int]] = []
    for place, one in enumerate(said):
        weights = {mark: rarity[mark] * share for mark, share in one.marks.items()}
        new = _Leader(weights, sum(weights.values()), one.asks)
        number = _nearest(new, leaders, by_mark)
        if number is not None:
            found[number].append(place)
            continue
        for mark in weights:
            by_mark.setdefault(mark, []).append(len(leaders))
        leaders.append(new)
        found.append([place])
    return found


def _nearest(new: _Leader, leaders: Sequence[_Leader], by_mark: Mapping[str, Sequence[int]]) -> int | None:
    """The group whose leader is most alike; of equals the oldest."""
    common: dict[int, float] = {}
    for mark, weight in new.weights.items():
        for number in by_mark.get(mark, ()):
            common[number] = common.get(number, 0.0) + weight
    best, likeness = None, ALIKE
    for number, mass in common.items():
        if leaders[number].asks != new.asks:
            continue
        alike = round(_likeness(mass, new.mass, leaders[number].mass), 6)
        if alike > likeness or (alike == likeness and (best is None or number < best)):
            best, likeness = number, alike
    return best


def _likeness(common: float, one: float, other: float) -> float:
    less, more = sorted((max(one - common, 0.0), max(other - common, 0.0)))
    return common / (common + _BOTH_DIFFER * less + _ONE_SAYS_MORE * more)


def _rarity(said: Iterable[Said]) -> dict[str, float]:
    every = list(said)
    counts = Counter(mark for one in every for mark in one.marks)
    total = len(every) + _KNOWN
    return {mark: math.log(1 + total / (count + 1)) for mark, count in counts.items()}


@lru_cache(maxsize=4_000)
def read(question: str) -> Said:
    forms = [lemma(word) for word in words(question)[:MOST_WORDS]]
    marks: dict[str, float] = {}
    at = 0
    while at < len(forms):
        end, phrase = _phrase(forms, at)
        if not phrase and not _is_empty(forms[at]):
            marks[_heard(forms[at])] = _share(forms[at])
        elif phrase and not _is_empty(phrase):
            marks[f"={phrase}"] = max(_share(word) for word in words(phrase))
        at = end
    return Said(marks or dict.fromkeys(forms, 1.0), frozenset(shipped().asked(question)))


def _is_empty(form: str) -> bool:
    return form in STOP or form in _ABOUT_NOTHING


def _share(form: str) -> float:
    """Things say more than what is done with them; what the dictionary does not know may be a name."""
    read = analysis(form)
    return 1.0 if read.noun or not read.known else _NO_NOUN


def _phrase(forms: Sequence[str], at: int) -> tuple[int, str]:
    """The longest phrase of the thesaurus here: where it ends, and what stands for all its synonyms."""
    for end in range(min(at + _LONGEST_PHRASE, len(forms)), at, -1):
        if first := _first_of_synonyms().get(" ".join(map(_heard, forms[at:end]))):
            return end, first
    return at + 1, ""


def _heard(form: str) -> str:
    return sound(form) if len(form) >= _SHORTEST_SOUND and form.isalpha() else form


@lru_cache(maxsize=1)
def _first_of_synonyms() -> dict[str, str]:
    firsts: dict[str, str] = {}
    for group in thesaurus.shipped().groups:
        if group.kind == "same":
            for phrase in group.words:
                firsts.setdefault(" ".join(map(_heard, lemmas(phrase))), group.words[0])
    return firsts
