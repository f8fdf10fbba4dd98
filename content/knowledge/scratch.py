"""A knowledge base in memory only: for measuring, and for trying a document before it goes live."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from content.knowledge import thesaurus
from content.knowledge.distinct import distinct
from content.knowledge.enough import PASSAGES, Found, Lacking, lacking
from content.knowledge.gate import Gate, Refusal, shipped
from content.knowledge.index import Entry, Index, build
from content.knowledge.pieces import Piece, context, pieces
from content.knowledge.query import Synonyms
from content.knowledge.reading import Source
from content.knowledge.search import Hit, search
from content.knowledge.words import lemmas


@dataclass(frozen=True, slots=True)
class Reply:
    """What the retrieval says to a question: refused, lacking something, or neither."""

    refusal: Refusal | None
    lacking: Lacking | None
    hits: Sequence[Hit]


@dataclass(frozen=True, slots=True)
class Scratch:
    paths: Sequence[str]  # of the chunk with this number
    pieces: Sequence[Piece]
    entries: dict[int, Entry]
    index: Index
    synonyms: Synonyms
    gate: Gate

    def ask(self, question: str, *, today: int, limit: int) -> Reply:
        refusal = self.gate.refusal(question)
        results = search(question, [self.index], today=today, synonyms=self.synonyms, limit=limit)
        found = [self._found(hit) for hit in results.hits[:PASSAGES]]
        missing = lacking(question, results.asked, found, gate=self.gate, indexes=[self.index])
        return Reply(refusal, missing, results.hits)

    def _found(self, hit: Hit) -> Found:
        entry = self.entries[hit.chunk]
        return Found(" ".join((entry.title, *entry.headings)), entry.text, hit.covered)


def scratch(sources: Iterable[tuple[str, Source]]) -> Scratch:
    paths: list[str] = []
    every: list[Piece] = []
    entries: list[Entry] = []
    for document, (path, source) in enumerate(sources):
        day = source.updated or source.created
        for piece in pieces(source):
            entries.append(
                Entry(
                    chunk=len(every),
                    document=document,
                    title=context(source.title, path),
                    headings=piece.headings,
                    text=piece.readable,
                    day=day.toordinal() if day else 0,
                    expires=source.expires.toordinal() if source.expires else 0,
                )
            )
            every.append(piece)
            paths.append(path)
    index = build(distinct(entries))
    by_chunk = {entry.chunk: entry for entry in entries}
    return Scratch(paths, every, by_chunk, index, thesaurus.shipped().synonyms(lemmas), shipped())
