"""Which products a text names. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache


def names_in(text: str, names: Collection[str]) -> set[str]:
    """Of «ED Smart» and «ED Smart Milky» the one that is meant."""
    pattern = _pattern(frozenset(names))
    return {_known(found, names) for found in pattern.findall(text)} if pattern else set()


def _known(found: str, names: Collection[str]) -> str:
    return next(name for name in names if name.lower() == found.lower())


@lru_cache(maxsize=64)
def _pattern(names: frozenset[str]) -> re.Pattern[str] | None:
    longest_first = sorted(filter(None, names), key=len, reverse=True)
    return (
        re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
        if longest_first
        else None
    )
