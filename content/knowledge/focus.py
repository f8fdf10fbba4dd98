"""Of the passages that answer a question, the sections that answer it best: what is quoted without a model. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from content.ai.types import Passage
from content.knowledge.index import Entry, build
from content.knowledge.query import Synonyms
from content.knowledge.search import search

MOST = 2  # sections
ALSO = 0.8  # of the best one's score: a weaker second section is about something else
RANK = 0.05  # how much a section of the next best passage must be better
_HEADING = re.compile(r"^(?=#{1,6}\s)", re.MULTILINE)


def focused(question: str, passages: Sequence[Passage], synonyms: Synonyms) -> list[tuple[int, Passage]]:
    """Sections with the number of the passage that each comes from, best first; the first passage if none fits."""
    pieces = [(number, piece) for number, passage in enumerate(passages) for piece in sections(passage)]
    if not pieces:
        return list(enumerate(passages[:1]))
    index = build([_entry(place, number, piece) for place, (number, piece) in enumerate(pieces)])
    hits = search(question, [index], today=0, synonyms=synonyms, limit=len(pieces)).hits
    scores = sorted(((hit.score * (1 - RANK * pieces[hit.chunk][0]), -hit.chunk) for hit in hits), reverse=True)
    best = [-place for score, place in scores[:MOST] if score >= scores[0][0] * ALSO]
    return [pieces[place] for place in best] or list(enumerate(passages[:1]))


def sections(passage: Passage) -> Iterator[Passage]:
    """Each with its heading; a heading with nothing under it is none."""
    for text in _HEADING.split(passage.text):
        _heading, body = split_heading(text.strip())
        if body:
            yield replace(passage, text=text.strip())


def split_heading(text: str) -> tuple[str, str]:
    first, _end, rest = text.partition("\n")
    return (first.strip("# ").strip(), rest.strip()) if first.startswith("#") else ("", text.strip())


def _entry(place: int, number: int, piece: Passage) -> Entry:
    heading, body = split_heading(piece.text)
    return Entry(place, number, piece.title, (heading,) if heading else (), body)
