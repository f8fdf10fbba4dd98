"""A knowledge base in memory only: for measuring, and for trying a document before it goes live."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from content.knowledge import thesaurus
from content.knowledge.distinct import distinct
from content.knowledge.enough import PASSAGES, Found, Lacking, verdict
from content.knowledge.fusion import fused
from content.knowledge.gate import Gate, Refusal, shipped
from content.knowledge.index import Entry, Floats, Index, build
from content.knowledge.pieces import Piece, context, in_full, pieces
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
    titles: Sequence[str]
    pieces: Sequence[Piece]
    entries: dict[int, Entry]
    index: Index
    synonyms: Synonyms
    gate: Gate
    vectors: Floats | None = None  # of the index's chunks, each of length 1

    def embedded(self, embed: Callable[[str], Sequence[float]]) -> Scratch:
        """With the vector of every passage."""
        chunks = [(self.titles[row], self.pieces[row]) for row in self.index.chunks.tolist()]
        rows = [embed(in_full(title, piece.headings, piece.readable)) for title, piece in chunks]
        return replace(self, vectors=np.array([_unit(row) for row in rows], np.float32))

    def ask(self, question: str, *, today: int, limit: int, vector: Sequence[float] | None = None) -> Reply:
        refusal = self.gate.refusal(question)
        results = search(question, [self.index], today=today, synonyms=self.synonyms, limit=limit)
        worded = {hit.chunk: hit for hit in results.hits}
        near = self._nearest(vector, today, limit) if vector else {}
        covered = max((hit.covered for hit in results.hits[:PASSAGES]), default=0.0)
        order = fused(list(worded), list(near), covered=covered)[:limit]
        hits = [worded.get(chunk) or self._unworded(chunk) for chunk in order]
        first, best = (
            [self._found(hit, near.get(hit.chunk, 0.0)) for hit in some[:PASSAGES]] for some in (results.hits, hits)
        )
        missing = verdict(question, results.asked, first, best, gate=self.gate, indexes=[self.index])
        return Reply(refusal, missing, hits)

    def _nearest(self, vector: Sequence[float], today: int, limit: int) -> dict[int, float]:
        if self.vectors is None:
            return {}
        cosines = self.vectors @ _unit(vector)
        cosines[(self.index.expires > 0) & (self.index.expires <= today)] = -np.inf
        best = np.argsort(-cosines, kind="stable")[:limit]
        return {int(self.index.chunks[row]): float(cosines[row]) for row in best.tolist() if cosines[row] > -np.inf}

    def _unworded(self, chunk: int) -> Hit:
        return Hit(chunk, self.entries[chunk].document, score=0.0, covered=0.0)

    def _found(self, hit: Hit, near: float) -> Found:
        entry = self.entries[hit.chunk]
        return Found(" ".join((entry.title, *entry.headings)), entry.text, hit.covered, near)


def _unit(vector: Sequence[float]) -> Floats:
    row = np.array(vector, np.float32)
    length = float(np.linalg.norm(row))
    return row / length if length else row


def scratch(sources: Iterable[tuple[str, Source]]) -> Scratch:
    paths: list[str] = []
    titles: list[str] = []
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
            titles.append(source.title)
    index = build(distinct(entries))
    by_chunk = {entry.chunk: entry for entry in entries}
    return Scratch(paths, titles, every, by_chunk, index, thesaurus.shipped().synonyms(lemmas), shipped())
