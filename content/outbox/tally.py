"""What became of everything that one source has promised; the sum always closes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Count

from content.models import OutboxMessage

State = OutboxMessage.State


@dataclass(frozen=True, slots=True)
class Tally:
    """Messages by state; those that failed or were not sent by reason, the most frequent first."""

    waiting: int = 0
    held: int = 0
    sending: int = 0
    sent: int = 0
    unknown: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)

    @property
    def promised(self) -> int:
        return self.open + self.sent + self.unknown + self.all_failed + self.all_skipped

    @property
    def open(self) -> int:
        """What may still leave."""
        return self.waiting + self.held + self.sending

    @property
    def all_failed(self) -> int:
        return sum(self.failed.values())

    @property
    def all_skipped(self) -> int:
        return sum(self.skipped.values())


def tally(*, partner_id: int, source: str) -> Tally:
    """One query, one snapshot: `promised` is what the rows are, however fast they change."""
    rows = OutboxMessage.objects.filter(partner_id=partner_id, source=source)
    counted = list(rows.values_list("state", "reason").annotate(count=Count("pk")).order_by("-count", "reason"))
    states: Counter[str] = Counter()
    for state, _reason, count in counted:
        states[state] += count
    return Tally(
        waiting=states[State.QUEUED],
        held=states[State.HELD],
        sending=states[State.SENDING],
        sent=states[State.SENT],
        unknown=states[State.UNKNOWN],
        failed={reason: count for state, reason, count in counted if state == State.FAILED},
        skipped={reason: count for state, reason, count in counted if state == State.SKIPPED},
    )
