"""How long the queues of a runner's bots are, for its metrics. Behind the operators' door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from botrunner.capacity.load import Waiting
from content.models import OutboxMessage
from partners.fastsql import fetch

INBOX = """
SELECT min(received_at) FROM botrunner_inboxupdate
WHERE bot_id = ANY(%b::bigint[]) AND answered_at IS NULL AND failed_at IS NULL
"""
OUTBOX = """
SELECT lane, count(*), min(not_before) FROM content_outboxmessage
WHERE bot_id = ANY(%b::bigint[]) AND state = 'queued' AND not_before <= %s GROUP BY lane
"""


@dataclass(slots=True)
class Queues:
    inbox_age: timedelta = timedelta()
    lanes: dict[str, Waiting] = field(default_factory=dict)


def queues(*, bot_ids: Sequence[int], now: datetime) -> Queues:
    """Of every lane, the empty ones too."""
    lanes = {lane.name.lower(): Waiting() for lane in OutboxMessage.Lane}
    [(oldest,)] = fetch(INBOX, [list(bot_ids)])
    for lane, due, since in fetch(OUTBOX, [list(bot_ids), now]):
        lanes[OutboxMessage.Lane(lane).name.lower()] = Waiting(due, now - since)
    return Queues(now - oldest if oldest else timedelta(), lanes)
