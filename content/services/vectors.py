"""Vectors of passages and questions. An extra: whatever goes wrong here, words are searched all the same."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from contextlib import suppress

from content.ai.budget import Spending
from content.ai.calls import Clock
from content.ai.embeddings import MODEL, Embedder, embed_document, embed_query, embedder_for
from content.ai.masking import mask
from content.ai.places import place
from content.ai.troubles import OF_THE_ACCOUNT, AiError, Trouble
from content.knowledge import gate
from content.knowledge.pieces import in_full
from content.models import AiUse, Chunk
from content.queries import vectors
from partners import tenancy

log = logging.getLogger(__name__)

BATCH = 64  # passages: eight seconds
NOT_THE_TEXT = OF_THE_ACCOUNT | {Trouble.RESTING, Trouble.BUSY}


def question_vector(
    *, partner_id: int, question: str, key: str, now: Clock, names: Collection[str] = ()
) -> Sequence[float] | None:
    """For `retrieve(…, vector=…)`; None where there is nothing to compare it with, and on any trouble.

    Outside of any door, and within some three seconds. `names` of people do not leave; the same `key` is paid once.
    """
    if gate.shipped().refusal(question):
        return None
    try:
        with tenancy.partner(partner_id):
            if embedder_for(partner_id) is None or not vectors.any_embedded():
                return None
        spending = Spending(partner_id, f"search:{key}", AiUse.Purpose.SEARCH)
        vector = embed_query(spending=spending, text=mask(question, names), now=now)
    except Exception:
        log.exception("No vector for a question to partner %s", partner_id)
        return None
    return vector if vector and any(vector) else None


def embed_waiting(*, now: Clock, limit: int = BATCH) -> int:
    """Gives passages the vectors that they lack; returns how many were looked at. One process at a time does it.

    Each vector is written at once: what was paid for before a kill is kept.
    """
    with suppress(AiError), place("embedding passages", 1, wait=0):
        return _embed_waiting(now, limit)
    return 0


def _embed_waiting(now: Clock, limit: int) -> int:
    with tenancy.all_partners():
        today = now().date()
        makers = {owner: embedder_for(owner) for owner in vectors.owners_waiting(today)}
        ready = {owner: maker for owner, maker in makers.items() if maker is not None}
        chunks = vectors.waiting(today, ready, limit)
    failing: set[str] = set()
    for chunk in chunks:
        embedder = ready[chunk.partner_id]
        if embedder.account not in failing and not _embedded(chunk, embedder, now):
            failing.add(embedder.account)
    return len(chunks)


def _embedded(chunk: Chunk, embedder: Embedder, now: Clock) -> bool:
    """False if the others of the same account need not be tried now."""
    vector = None
    try:
        vector = list(embed_document(embedder, in_full(chunk.document.title, chunk.headings, chunk.readable), now))
    except AiError as error:
        log.warning("AI: no vector of passage %s from %s: %s", chunk.pk, embedder.account, error.trouble)
        if error.trouble in NOT_THE_TEXT:
            return False
    with tenancy.all_partners():  # of a document that has changed meanwhile no row is left
        Chunk.objects.filter(pk=chunk.pk).update(embedding=vector, embedding_model=MODEL)
    return True
