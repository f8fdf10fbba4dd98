"""Puts messages into the outbox and takes them back. Behind the partner's door, in the promise's own transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from content.messages import Message
from content.models import OutboxMessage
from partners.fastsql import fetch

CHANNEL = "curator_outbox"
State = OutboxMessage.State


@dataclass(frozen=True, slots=True)
class Promise:
    """One message to one chat. Two promises with one `key` are one."""

    chat_id: int
    key: str
    message: Message
    not_before: datetime
    lead_id: int | None = None
    thread_id: int | None = None
    not_after: datetime | None = None


ENQUEUE = """
INSERT INTO content_outboxmessage (
    partner_id, bot_id, lead_id, chat_id, thread_id, lane, source, dedupe_key, payload,
    state, reason, attempts, created_at, not_before, not_after)
SELECT %s, %s, p.lead_id, p.chat_id, p.thread_id, %s, %s, p.key, p.payload::jsonb,
    'queued', '', 0, %s, p.not_before, p.not_after
FROM unnest(%b::bigint[], %b::bigint[], %b::bigint[], %b::text[], %b::text[], %b::timestamptz[], %b::timestamptz[])
    AS p (lead_id, chat_id, thread_id, key, payload, not_before, not_after)
ON CONFLICT (partner_id, dedupe_key) DO NOTHING
RETURNING id
"""


def promise(
    *,
    partner_id: int,
    bot_id: int,
    lane: OutboxMessage.Lane,
    promises: Sequence[Promise],
    now: datetime,
    source: str = "",
) -> int:
    """How many of them are new. The runner of the bot hears of them when the transaction commits."""
    columns = [
        [p.lead_id for p in promises],
        [p.chat_id for p in promises],
        [p.thread_id for p in promises],
        [p.key for p in promises],
        [json.dumps(p.message.to_json()) for p in promises],
        [p.not_before for p in promises],
        [p.not_after for p in promises],
    ]
    new = fetch(ENQUEUE, [partner_id, bot_id, int(lane), source, now, *columns])
    if new:
        notify(bot_id)
    return len(new)


def withdraw(
    *,
    partner_id: int,
    reason: str,
    now: datetime,
    lead_id: int | None = None,
    source: str = "",
    callback: str = "",
) -> int:
    """Takes back what nobody has begun to send; returns how much that was. `callback`: only under such a button."""
    queued = OutboxMessage.objects.filter(partner_id=partner_id, state=State.QUEUED)
    if lead_id is not None:
        queued = queued.filter(lead_id=lead_id, lane__in=[OutboxMessage.Lane.SEQUENCE, OutboxMessage.Lane.BROADCAST])
    if source:
        queued = queued.filter(source=source)
    if callback:
        queued = queued.filter(payload__contains={"buttons": [[{"callback": callback}]]})
    return queued.update(state=State.SKIPPED, reason=reason, finished_at=now)


def skip(*, messages: QuerySet[OutboxMessage], reason: str, now: datetime) -> int:
    """Takes back those of the messages that nobody has begun to send, whatever their lane."""
    return messages.filter(state=State.QUEUED).update(state=State.SKIPPED, reason=reason, finished_at=now)


def blank(*, messages: QuerySet[OutboxMessage]) -> int:
    """Forgets what stood in them. One that is perhaps sent is closed: there is nothing left to send again."""
    messages.filter(state=State.UNKNOWN).update(state=State.SKIPPED, reason="erased")
    return messages.exclude(state=State.QUEUED).update(payload={"text": ""})


def send_again(*, message: OutboxMessage, now: datetime) -> bool:
    """An operator decided that an unknown or failed message did not arrive. False if it has moved on meanwhile."""
    undecided = OutboxMessage.objects.filter(Q(state=State.UNKNOWN) | Q(state=State.FAILED), pk=message.pk)
    if not undecided.update(state=State.QUEUED, reason="", not_before=now, not_after=None, finished_at=None):
        return False
    notify(message.bot_id)
    return True


def drop(*, message: OutboxMessage, now: datetime) -> bool:
    """An operator decided not to send an unknown message again. False if it has moved on meanwhile."""
    undecided = OutboxMessage.objects.filter(state=State.UNKNOWN, pk=message.pk)
    return undecided.update(state=State.SKIPPED, reason="dropped", finished_at=now) == 1


def notify(bot_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(bot_id)])
