"""Cutting a text between its sentences. Pure."""

from __future__ import annotations

import re

_SENTENCE = re.compile(r".+?(?:[.!?…]+[»\")*]*(?=\s|\Z)|\n|\Z)\s*", re.DOTALL)
_END = re.compile(r"[.!?…]+[»\")*]*(?=\s|\Z)")


def whole_sentences(text: str, longest: int) -> str:
    """As many whole sentences as fit into so many characters; of a first one that does not fit, its beginning."""
    text = text.strip()
    kept = ""
    for sentence in _SENTENCE.findall(text):
        if len(kept.rstrip()) + len(sentence.rstrip()) > longest:
            break
        kept += sentence
    if kept.strip() or len(text) <= longest:
        return kept.rstrip() or text
    return (text[:longest].rpartition(" ")[0] or text[: longest - 1]) + "…"


def finished(text: str) -> str:
    """What a truncated answer says in whole sentences; empty if it has none."""
    ends = [match.end() for match in _END.finditer(text)]
    return text[: ends[-1]].rstrip() if ends else ""
