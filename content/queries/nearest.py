"""What the documents have that comes nearest to questions, and why it is no answer. Behind a door."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from content.knowledge import gate
from content.knowledge.enough import PASSAGES, Found, Lacking, lacking
from content.knowledge.pieces import context
from content.knowledge.search import Results, search
from content.models import Chunk
from content.queries.indexes import index_for
from content.queries.retrieval import synonyms


@dataclass(frozen=True, slots=True)
class Nearest:
    """`covered`: the share of the question that stands there. Without `lacking` the bot would answer by now."""

    document: int
    title: str
    covered: float
    lacking: Lacking | None


def nearest(questions: Sequence[str], *, owners: Collection[int | None], today: date) -> list[Nearest | None]:
    """For each question the best document of these owners; None where none has a word of it."""
    indexes = [index_for(owner) for owner in owners]
    found = [
        search(question, indexes, today=today.toordinal(), synonyms=synonyms(), limit=PASSAGES)
        for question in questions
    ]
    wanted = {hit.chunk for results in found for hit in results.hits}
    rows = Chunk.objects.filter(pk__in=wanted, document__retired_at=None).select_related("document")
    chunks = rows.defer("text", "document__text").in_bulk()

    def best(question: str, results: Results) -> Nearest | None:
        hits = [hit for hit in results.hits if hit.chunk in chunks]
        if not hits:
            return None
        passages = [_found(chunks[hit.chunk], hit.covered) for hit in hits]
        document = chunks[hits[0].chunk].document
        missing = lacking(question, results.asked, passages, gate=gate.shipped(), indexes=indexes)
        return Nearest(document.pk, document.title, hits[0].covered, missing)

    return [best(question, results) for question, results in zip(questions, found, strict=True)]


def _found(chunk: Chunk, covered: float) -> Found:
    title = context(chunk.document.title, chunk.document.path)
    return Found(" ".join((title, *chunk.headings)), chunk.readable, covered)
