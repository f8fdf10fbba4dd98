"""Sentences and their words, with what was written to hide a word put together again. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from content.claims.letters import Letters, disguised, russian

Mark = Literal["", ",", ":"]  # nothing, a comma, or something stronger stands before the word
IsTrigger = Callable[[str], bool]

_WORD = re.compile(r"\d+(?: \d{3}(?!\d))*(?:[.,]\d+)?|[^\W\d_][^\W_]*|[%₽]")
_STRONG = re.compile(r"[.!?…;:—–(\n]|(?: |^)-+ ")
_END = re.compile(r"[.!?…]")
_SPECIAL = re.compile(r"[.!?…\n]")
_MOST_WORDS = 60  # of a sentence: the work grows with the square
_LONGEST_HIDDEN = 24
_SHORTEST_HIDDEN = 3


class Word(NamedTuple):
    """`plain[start:end]` of the letters, `text` with its look-alikes replaced."""

    text: str
    start: int
    end: int
    mark: Mark = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    words: tuple[Word, ...]
    ending: str  # what stands between this sentence and the next


def sentences(letters: Letters, is_trigger: IsTrigger) -> Iterator[Sentence]:
    """`is_trigger` says whether a rule knows a word: only such words are put together from pieces."""
    plain = letters.plain
    words: list[Word] = []
    for word in _uncovered(plain, is_trigger):
        gap = plain[words[-1].end : word.start] if words else ""
        if len(words) == _MOST_WORDS or (_SPECIAL.search(gap) and _separates(gap, anew=_begins(letters, word.start))):
            yield Sentence(tuple(words), gap)
            words, gap = [], ""
        words.append(word._replace(mark=mark) if (mark := _mark(gap)) else word)
    if words:
        yield Sentence(tuple(words), plain[words[-1].end :])


def _begins(letters: Letters, at: int) -> bool:
    return letters.is_capital(at) or letters.plain[at].isdigit()


def _separates(gap: str, *, anew: bool) -> bool:
    """«50 руб. за штуку» and a line that goes on with a small letter are one sentence."""
    if "\n\n" in gap or ("\n" in gap and gap.strip()):
        return True
    return anew and ("\n" in gap or bool(_END.search(gap)))


def _mark(gap: str) -> Mark:
    if gap in ("", " "):
        return ""
    if _STRONG.search(gap.replace("\n", " ")):
        return ":"
    return "," if "," in gap or ")" in gap else ""


def _uncovered(plain: str, is_trigger: IsTrigger) -> Iterator[Word]:
    """The words of the text, with «л е ч и т», «ле-чит» and «ле💊чит» as the words they hide."""
    chain: list[Word] = []
    for found in _WORD.finditer(plain):
        word = Word(_known(found.group(), is_trigger), found.start(), found.end())
        if chain and not _may_be_one_word(chain[-1], word, plain):
            yield from _joined(chain, is_trigger)
            chain = []
        chain.append(word)
    yield from _joined(chain, is_trigger)


def _known(word: str, is_trigger: IsTrigger) -> str:
    if (changed := russian(word)) != word:
        return changed
    changed = disguised(word)
    return changed if changed != word and not word[0].isdigit() and is_trigger(changed) else word


def _may_be_one_word(left: Word, right: Word, plain: str) -> bool:
    gap = plain[left.end : right.start]
    if gap == " ":
        return len(left.text) == len(right.text) == 1
    return len(gap) <= 3 and not any(character.isspace() for character in gap)


def _joined(chain: list[Word], is_trigger: IsTrigger) -> Iterator[Word]:
    """The pieces, with the longest runs of them that spell a trigger in one."""
    at = 0
    while at < len(chain):
        word = chain[at]
        end = at + 1
        for last, spelled in _spellings(chain, at):
            if is_trigger(spelled):
                end, word = last + 1, Word(spelled, word.start, chain[last].end)
        yield word
        at = end


def _spellings(chain: list[Word], at: int) -> Iterator[tuple[int, str]]:
    text = disguised(chain[at].text)
    for last in range(at + 1, len(chain)):
        text += disguised(chain[last].text)
        if len(text) > _LONGEST_HIDDEN:
            return
        if len(text) >= _SHORTEST_HIDDEN:
            yield last, text
