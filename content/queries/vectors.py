"""Passages as vectors: which are nearest to a question, and which have none yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from pgvector.django import CosineDistance

from content.ai.embeddings import MODEL
from content.models import Chunk, Document
from content.models.knowledge import owned_by

EMBEDDED = Q(embedding_model=MODEL, embedding__isnull=False)


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    total: int


def any_embedded() -> bool:
    return Chunk.objects.filter(EMBEDDED).exists()


def nearest(vector: Sequence[float], today: date, limit: int) -> dict[int, float]:
    """Chunk → cosine, nearest first: all live passages behind this door are compared (an index would miss some)."""
    rows = _live(today).filter(EMBEDDED).annotate(distance=CosineDistance("embedding", list(vector)))
    return {pk: 1 - distance for pk, distance in rows.order_by("distance", "pk").values_list("pk", "distance")[:limit]}


def progress(today: date) -> Progress:
    """Of the live passages behind this door."""
    counts = _live(today).aggregate(done=Count("pk", filter=EMBEDDED), total=Count("pk"))
    return Progress(**counts)


def owners_waiting(today: date) -> list[int | None]:
    return list(_waiting(today).order_by().values_list("partner_id", flat=True).distinct())


def waiting(today: date, owners: Collection[int | None], limit: int) -> list[Chunk]:
    """Passages without a vector of the model, of every owner in turn: a large folder holds nobody up."""
    theirs = Q(partner__in=[owner for owner in owners if owner is not None])
    if None in owners:
        theirs |= owned_by(None)
    place = Window(RowNumber(), partition_by="partner_id", order_by="pk")
    rows = _waiting(today).filter(theirs).annotate(place=place).select_related("document")
    return list(rows.defer("text", "embedding", "document__text").order_by("place", "pk")[:limit])


def _waiting(today: date) -> QuerySet[Chunk]:
    return _live(today).exclude(embedding_model=MODEL)


def _live(today: date) -> QuerySet[Chunk]:
    return Chunk.objects.filter(document__in=Document.objects.live(today))
