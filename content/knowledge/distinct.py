"""Leaves out what was said before: of nearly equal chunks one is enough. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from content.knowledge.index import Entry
from content.knowledge.words import words

_ROW = 5  # words in a row that are compared
MOSTLY = 0.75


def distinct(entries: Sequence[Entry]) -> list[Entry]:
    """Without those whose text stands nearly whole in others; the fresher ones are kept."""
    seen: set[int] = set()
    kept: list[Entry] = []
    for entry in sorted(entries, key=lambda entry: -entry.day):
        rows = _rows(entry.text)
        if len(rows & seen) < MOSTLY * len(rows):
            kept.append(entry)
        seen |= rows
    return sorted(kept, key=lambda entry: entry.chunk)


def _rows(text: str) -> set[int]:
    found = words(text)
    return {hash(tuple(found[at : at + _ROW])) for at in range(max(1, len(found) - _ROW + 1))} if found else set()
