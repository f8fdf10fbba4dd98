"""What a person typed as a line that rules are matched with, misspelt words too. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from content.claims.letters import read, undisguised
from content.claims.patterns import Line, Pattern
from content.claims.words import Form, form
from content.knowledge.sounds import sound
from content.knowledge.words import known, words

MAX_WORDS = 80  # of a line: the work grows with the square
LONGEST = 800  # words: more than a message of Telegram has
_SHORTEST_MISSPELT = 5
_LONG = 8  # letters: a dictionary form of what is misspelt is guessed, and in short words guessed wrong
_SPACED = re.compile(r"(?<!\w)[^\W\d_](?: [^\W\d_]){3,}(?!\w)")  # «б о л и т»

Sounds = Mapping[str, frozenset[str]]


def sounds_of(patterns: Iterable[Pattern]) -> Sounds:
    """How the words of rules sound."""
    found: dict[str, set[str]] = {}
    for key in {key for pattern in patterns for key in pattern.keys if key.isalpha()}:
        found.setdefault(sound(key), set()).add(key)
    return {heard: frozenset(group) for heard, group in found.items()}


def line_of(text: str, sounds: Sounds) -> Line:
    """Its first `MAX_WORDS` words; a word that the dictionary does not know also stands for what sounds like it."""
    return Line(_forms(text, sounds, MAX_WORDS))


def lines_of(text: str, sounds: Sounds) -> list[Line]:
    """The whole text, in lines that overlap by half."""
    forms = _forms(text, sounds, LONGEST)
    starts = range(0, max(1, len(forms) - MAX_WORDS // 2), MAX_WORDS // 2)
    return [Line(forms[at : at + MAX_WORDS]) for at in starts]


def any_found(patterns: Collection[Pattern], line: Line) -> bool:
    return any(True for pattern in patterns for _places in pattern.find(line))


def _forms(text: str, sounds: Sounds, most: int) -> list[Form]:
    plain = _SPACED.sub(lambda run: run[0].replace(" ", ""), undisguised(read(text).plain))
    return [_form(word, sounds) for word in words(plain)[:most]]


def _form(word: str, sounds: Sounds) -> Form:
    plain = form(word)
    if known(word) or len(word) < _SHORTEST_MISSPELT:
        return plain
    heard = {sound(word), *(sound(key) for key in plain.keys if key.isalpha() and len(key) >= _LONG)}
    return Form(plain.keys.union(*(sounds.get(one, ()) for one in heard)), plain.kind)
