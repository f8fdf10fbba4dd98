"""How far a broadcast is, and how long the rest will take. Reads only; behind a door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db.models import Count, Min, Q

from content.models import OutboxMessage
from content.outbox.tally import Tally, tally
from funnels.models import Broadcast
from funnels.services.broadcasts import OPEN, source_of

MINUTE = timedelta(minutes=1)
State = OutboxMessage.State


@dataclass(frozen=True, slots=True)
class Progress:
    """`later` of the waiting ones may leave only from `next_at` on; `per_minute` were sent in the last minute."""

    tally: Tally
    later: int = 0
    next_at: datetime | None = None
    per_minute: int = 0

    @property
    def done(self) -> int:
        return self.tally.promised - self.tally.open

    @property
    def percent(self) -> int:
        """100 only when nothing is left."""
        return self.done * 100 // self.tally.promised if self.tally.promised else 0

    @property
    def minutes_left(self) -> int | None:
        """For those who may be written to now; None while nothing leaves."""
        due = self.tally.waiting + self.tally.sending - self.later
        return ceil(due / self.per_minute) if self.per_minute and due > 0 else None


def progress(*, broadcast: Broadcast, now: datetime) -> Progress:
    source = source_of(broadcast)
    counted = tally(partner_id=broadcast.partner_id, source=source)
    if not counted.open:
        return Progress(counted)
    rows = OutboxMessage.objects.filter(partner_id=broadcast.partner_id, source=source)
    later = Q(state=State.QUEUED, not_before__gt=now)
    found = rows.filter(later | Q(state=State.SENT, finished_at__gt=now - MINUTE)).aggregate(
        later=Count("pk", filter=later),
        next_at=Min("not_before", filter=later),
        per_minute=Count("pk", filter=Q(state=State.SENT)),
    )
    return Progress(counted, **found)


def bars(broadcasts: Sequence[Broadcast]) -> dict[int, tuple[int, int]]:
    """How many of how many are settled, by broadcast; none for drafts. One query for a page of them."""
    sources = {source_of(broadcast): broadcast for broadcast in broadcasts if broadcast.confirmed_at}
    if not sources:
        return {}
    partners = {broadcast.partner_id for broadcast in sources.values()}
    rows = OutboxMessage.objects.filter(partner_id__in=partners, source__in=sources).values("source")
    counted = rows.annotate(promised=Count("pk"), done=Count("pk", filter=~Q(state__in=OPEN)))
    return {
        sources[source].pk: (done, promised)
        for source, done, promised in counted.values_list("source", "done", "promised")
    }
