"""What a person typed as a line that rules are matched with, misspelt words too. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from content.claims.patterns import Line, Pattern
from content.claims.words import Form, form
from content.knowledge.sounds import sound
from content.knowledge.words import known, words

MAX_WORDS = 80
_SHORTEST_MISSPELT = 5

Sounds = Mapping[str, frozenset[str]]


def sounds_of(patterns: Iterable[Pattern]) -> Sounds:
    """How the words of rules sound."""
    found: dict[str, set[str]] = {}
    for key in {key for pattern in patterns for key in pattern.keys if key.isalpha()}:
        found.setdefault(sound(key), set()).add(key)
    return {heard: frozenset(group) for heard, group in found.items()}


def line_of(text: str, sounds: Sounds) -> Line:
    """Its first `MAX_WORDS` words; a word that the dictionary does not know also stands for what sounds like it."""
    return Line([_form(word, sounds) for word in words(text)[:MAX_WORDS]])


def any_found(patterns: Collection[Pattern], line: Line) -> bool:
    return any(True for pattern in patterns for _places in pattern.find(line))


def _form(word: str, sounds: Sounds) -> Form:
    plain = form(word)
    if known(word) or len(word) < _SHORTEST_MISSPELT:
        return plain
    return Form(plain.keys | sounds.get(sound(word), frozenset()), plain.kind)
