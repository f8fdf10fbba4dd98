"""What the knowledge base says to a question: `retrieve`, behind the partner's door."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from content.knowledge import gate, thesaurus
from content.knowledge.enough import PASSAGES, Found, Lacking, verdict
from content.knowledge.fusion import fused
from content.knowledge.gate import Refusal
from content.knowledge.pieces import context
from content.knowledge.query import Synonyms
from content.knowledge.search import search
from content.knowledge.words import lemmas
from content.models import Chunk, Document
from content.queries.indexes import index_for
from content.queries.vectors import nearest

SPARE = 3  # so many times more are looked for: some may have been retired since the index was built


@dataclass(frozen=True, slots=True)
class Retrieved:
    """`passages` are live, best first; with a refusal or something lacking they are no answer."""

    refusal: Refusal | None
    lacking: Lacking | None
    passages: Sequence[Chunk]
    covered: float = 0.0

    @property
    def answers(self) -> bool:
        return self.refusal is None and self.lacking is None


def retrieve(
    question: str, *, partner_id: int, today: date, limit: int = PASSAGES, vector: Sequence[float] | None = None
) -> Retrieved:
    """The network's documents and the partner's own together. Medical questions and the like are not looked up.

    `vector`: of the question, made before the door by `content.services.vectors.question_vector`. It may find more
    passages and make them an answer; what the words alone answer it never takes away.
    """
    if refusal := gate.shipped().refusal(question):
        return Retrieved(refusal, None, ())
    indexes = [index_for(None), index_for(partner_id)]
    results = search(question, indexes, today=today.toordinal(), synonyms=synonyms(), limit=limit * SPARE)
    near = nearest(vector, today, limit * SPARE) if vector else {}
    near = {chunk: cosine for chunk, cosine in near.items() if any(chunk in index for index in indexes)}
    live = _live([*(hit.chunk for hit in results.hits), *near], today)
    covered = {hit.chunk: hit.covered for hit in results.hits if hit.chunk in live}
    worded = list(covered)[:limit]
    most = max((covered[chunk] for chunk in worded), default=0.0)
    best = fused(list(covered), list(near), covered=most)[:limit]

    def found(chunks: Sequence[int]) -> list[Found]:
        return [_found(live[chunk], covered.get(chunk, 0.0), near.get(chunk, 0.0)) for chunk in chunks]

    missing = verdict(question, results.asked, found(worded), found(best), gate=gate.shipped(), indexes=indexes)
    return Retrieved(None, missing, [live[chunk] for chunk in best], most)


@lru_cache(maxsize=1)
def synonyms() -> Synonyms:
    return thesaurus.shipped().synonyms(lemmas)


def _live(chunks: Iterable[int], today: date) -> dict[int, Chunk]:
    rows = Chunk.objects.filter(pk__in=set(chunks), document__in=Document.objects.live(today))
    rows = rows.select_related("document").defer("embedding", "document__text")
    return {chunk.pk: chunk for chunk in rows}


def _found(chunk: Chunk, covered: float, near: float) -> Found:
    title = context(chunk.document.title, chunk.document.path)
    return Found(" ".join((title, *chunk.headings)), chunk.readable, covered, near)
