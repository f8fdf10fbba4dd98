"""Ideas for posts, taken over from the export of a channel. Behind the door of their owner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from content.models import Idea
from content.models.knowledge import owned_by
from content.posts.export import Export, ExportError

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Taken:
    new: int
    known: int
    skipped: int


@transaction.atomic
def take_in(
    *, export: Export, partner_id: int | None, source: str = "", progress: Callable[[int, int], None] | None = None
) -> Taken:
    """What is there already only gets its popularity of today. `source`: instead of the channel's own name.

    Raises ExportError for a channel without a name.
    """
    source = source or export.source
    if not source:
        raise ExportError(_("The export does not name its channel: write its name."))
    before = Idea.objects.filter(owned_by(partner_id), source=source).count()
    for at in range(0, len(export.liked), BATCH):
        batch = export.liked[at : at + BATCH]
        rows = [
            Idea(
                partner_id=partner_id,
                source=source,
                message_id=one.message_id,
                topic=one.topic,
                popularity=one.popularity,
                written_on=one.written_on,
            )
            for one in batch
        ]
        Idea.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["partner", "source", "message_id"],
            update_fields=["popularity", "topic"],
        )
        if progress:
            progress(at + len(batch), len(export.liked))
    new = Idea.objects.filter(owned_by(partner_id), source=source).count() - before
    return Taken(new, len(export.liked) - new, export.skipped)
