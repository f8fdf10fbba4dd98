"""Puts the spaces of a PDF's text right: «прои зводится», «г е ль - сыворо тк а». Pure.

Only spaces change, so a repaired text without its spaces is the original without its spaces.
"""

from __future__ import annotations

import re
from functools import lru_cache

from content.knowledge.words import known

_LETTERS = re.compile(r"[а-яё]+", re.IGNORECASE)
_RUN = re.compile(r"[а-яё]+|[^а-яё]+", re.IGNORECASE)
# Short words that stand for themselves: they are never half of another word.
_SHORT_TEXT = """
г л м к мг мл см мм кг шт мкг ккал в с и а о у я во до за из ко на не ни но об он от по со то ты уж мы вы же бы
ли да их ее её ей им ну та те ту тд тп нл ед ел уф пв го ло оо он как для или при что это без
"""
_SHORT = frozenset(_SHORT_TEXT.split())
_LONGEST = 24
_PIECES = 3
_MOSTLY = 0.35
_LETTER, _WORD_COST, _SHORT_COST = 6.0, 3.0, 1.0


def repair(text: str) -> str:
    return "\n".join(repair_line(line) for line in text.split("\n"))


@lru_cache(maxsize=2_048)
def repair_line(line: str) -> str:
    pieces = line.split()
    russian = [piece for piece in pieces if _LETTERS.search(piece)]
    torn = sum(len(piece) <= 2 for piece in russian)
    if len(russian) >= 4 and torn > _MOSTLY * len(russian) and torn > sum(p.lower() in _SHORT for p in russian) + 1:
        return _segmented("".join(pieces))
    return _joined(pieces) or line


def _joined(pieces: list[str]) -> str:
    """The line with its torn words whole; empty if none is torn."""
    out: list[str] = []
    at = 0
    while at < len(pieces):
        size = next((n for n in range(2, _PIECES + 1) if _one_word(pieces[at : at + n], n)), 1)
        out.append("".join(pieces[at : at + size]))
        at += size
    return " ".join(out) if len(out) < len(pieces) else ""


def _one_word(pieces: list[str], size: int) -> bool:
    """Are these words only together? A mark may follow the last of them."""
    if len(pieces) < size or not all(_LETTERS.fullmatch(piece) for piece in pieces[:-1]):
        return False
    bare = [piece.strip(".,;:!?»«()").lower() for piece in pieces]
    if not _LETTERS.fullmatch(bare[-1]) or not pieces[-1].lower().startswith(bare[-1]):
        return False
    if all(_stands(word) for word in bare) or (bare[0] in _SHORT and known(bare[1])):
        return False
    whole = "".join(bare)
    return len(whole) > 3 and known(whole)


def _stands(word: str) -> bool:
    return word in _SHORT if len(word) <= 2 else known(word)


def _segmented(line: str) -> str:
    """Words put back into a line whose spaces mean nothing: the cheapest row of known words (Viterbi)."""
    return " ".join(_split(run) if _LETTERS.fullmatch(run) else run for run in _RUN.findall(line))


def _split(run: str) -> str:
    low = run.lower()
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(low) + 1):
        begins = range(max(0, end - _LONGEST), end)
        best.append(min((best[begin][0] + _cost(low[begin:end]), begin) for begin in begins))
    words: list[str] = []
    end = len(low)
    while end:
        begin = best[end][1]
        words.append(run[begin:end])
        end = begin
    return " ".join(reversed(words))


def _cost(word: str) -> float:
    cost = _WORD_COST if _stands(word) else _LETTER * len(word)
    return cost + (_SHORT_COST if len(word) < 3 else 0)
