"""Documents of the knowledge base: taken in, replaced, retired. Behind the door of their owner."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from content.knowledge.findings import findings
from content.knowledge.pieces import pieces
from content.knowledge.reading import Source
from content.models import Chunk, Document
from content.models.knowledge import owned_by

FACTS = ("title", "category", "text", "created", "updated", "as_of", "expires", "torn")


class Change(StrEnum):
    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    RETIRED = "retired"


def digest_of(source: Source) -> str:
    return hashlib.sha256(repr([getattr(source, fact) for fact in FACTS]).encode()).hexdigest()


def source_of(document: Document) -> Source:
    return Source(
        title=document.title,
        category=document.category,
        text=document.text,
        created=document.created_on,
        updated=document.updated_on,
        as_of=document.as_of,
        expires=document.expires_on,
        torn=document.torn,
    )


def load_folder(
    *,
    partner_id: int | None,
    collection: str,
    sources: Iterable[tuple[str, Source]],
    now: datetime,
    dry_run: bool = False,
) -> Counter[Change]:
    """Makes the stored collection equal to a folder: what is gone there is retired. With `dry_run` only tells."""
    counts: Counter[Change] = Counter()
    with transaction.atomic():
        rows = Document.objects.select_for_update().filter(owned_by(partner_id), collection=collection)
        stored = {document.path: document for document in rows}
        for path, source in sources:
            document = stored.pop(path, None)
            change = _change(document, source)
            counts[change] += 1
            if not dry_run and change is not Change.UNCHANGED:
                save_source(
                    document=document or Document(partner_id=partner_id, collection=collection, path=path),
                    source=source,
                    now=now,
                )
        for document in stored.values():
            if document.retired_at is None:
                counts[Change.RETIRED] += 1
                if not dry_run:
                    retire(document=document, now=now)
    return counts


def _change(document: Document | None, source: Source) -> Change:
    if document is None:
        return Change.NEW
    same = document.digest == digest_of(source) and document.retired_at is None
    return Change.UNCHANGED if same else Change.UPDATED


def save_source(*, document: Document, source: Source, now: datetime) -> None:
    """The document says what the source says, from its first passage to its last; it is no longer retired."""
    document.title, document.category, document.text = source.title, source.category, source.text
    document.created_on, document.updated_on = source.created, source.updated
    document.as_of, document.expires_on, document.torn = source.as_of, source.expires, source.torn
    document.digest = digest_of(source)
    document.findings = [finding.row() for finding in findings(source.text, source.title)]
    document.retired_at = None
    document.changed_at = now
    with transaction.atomic():
        document.save()
        document.chunks.all().delete()
        Chunk.objects.bulk_create(
            [
                Chunk(
                    document=document,
                    partner_id=document.partner_id,
                    position=position,
                    headings=list(piece.headings),
                    text=piece.text,
                    readable=piece.readable,
                )
                for position, piece in enumerate(pieces(source))
            ],
            batch_size=500,
        )


def retire(*, document: Document, now: datetime) -> None:
    """It is kept, and never quoted again until it is saved anew."""
    document.retired_at = document.changed_at = now
    document.save(update_fields=["retired_at", "changed_at"])
