"""How many tokens a text will be at most, before a provider counts them. Pure."""

from __future__ import annotations

import re

_PIECE = re.compile(r"[a-zа-яё]+|\d|\S", re.IGNORECASE)
_ROLE = 4  # what a message costs beside its text
_WIDE = 4  # bytes: models spell rare characters byte by byte


def estimate(text: str) -> int:
    """Rather too many: two letters a token, where Russian models need about three to four."""
    return sum(_tokens(piece) for piece in _PIECE.findall(text))


def estimate_message(text: str) -> int:
    return estimate(text) + _ROLE


def shorten_to(text: str, tokens: int) -> str:
    """The beginning of a text that is at most so many tokens, cut between words."""
    left = tokens
    for piece in _PIECE.finditer(text):
        left -= _tokens(piece.group())
        if left < 0:
            return text[: piece.start()].rstrip()
    return text


def _tokens(piece: str) -> int:
    if len(piece) > 1:
        return (len(piece) + 1) // 2
    return 1 if piece.isascii() or piece.isalpha() else _WIDE
