"""What the knowledge base says to a question: `retrieve`, behind the partner's door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from content.knowledge import gate, thesaurus
from content.knowledge.enough import PASSAGES, Found, Lacking, lacking
from content.knowledge.gate import Refusal
from content.knowledge.pieces import context
from content.knowledge.query import Synonyms
from content.knowledge.search import Hit, search
from content.knowledge.words import lemmas
from content.models import Chunk, Document
from content.queries.indexes import index_for

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


def retrieve(question: str, *, partner_id: int, today: date, limit: int = PASSAGES) -> Retrieved:
    """The network's documents and the partner's own together. Medical questions and the like are not looked up."""
    if refusal := gate.shipped().refusal(question):
        return Retrieved(refusal, None, ())
    indexes = [index_for(None), index_for(partner_id)]
    results = search(question, indexes, today=today.toordinal(), synonyms=synonyms(), limit=limit * SPARE)
    live = _live(results.hits, today)
    hits = [hit for hit in results.hits if hit.chunk in live][:limit]
    found = [_found(live[hit.chunk], hit) for hit in hits]
    missing = lacking(question, results.asked, found, gate=gate.shipped(), indexes=indexes)
    covered = max((hit.covered for hit in hits), default=0.0)
    return Retrieved(None, missing, [live[hit.chunk] for hit in hits], covered)


@lru_cache(maxsize=1)
def synonyms() -> Synonyms:
    return thesaurus.shipped().synonyms(lemmas)


def _live(hits: Sequence[Hit], today: date) -> dict[int, Chunk]:
    documents = Document.objects.live(today)
    rows = Chunk.objects.filter(pk__in=[hit.chunk for hit in hits], document__in=documents)
    return {chunk.pk: chunk for chunk in rows.select_related("document").defer("document__text")}


def _found(chunk: Chunk, hit: Hit) -> Found:
    title = context(chunk.document.title, chunk.document.path)
    return Found(" ".join((title, *chunk.headings)), chunk.readable, hit.covered)
