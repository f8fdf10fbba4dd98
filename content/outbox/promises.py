"""Puts messages into the outbox and takes them back. Behind the partner's door, in the promise's own transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from content.messages import Message
from content.models import OutboxMessage
from partners.fastsql import fetch

CHANNEL = "curator_outbox"
State = OutboxMessage.State
as_json = json.JSONEncoder(ensure_ascii=False).encode  # a third of the bytes, and PostgreSQL reads them faster


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
    source: str = ""  # instead of the call's


ENQUEUE = """
INSERT INTO content_outboxmessage (
    partner_id, bot_id, lead_id, chat_id, thread_id, lane, source, dedupe_key, payload,
    state, reason, attempts, created_at, not_before, not_after)
SELECT %s, %s, p.lead_id, p.chat_id, p.thread_id, %s, p.source, p.key, p.payload::jsonb,
    'queued', '', 0, %s, p.not_before, p.not_after
FROM unnest(%b::bigint[], %b::bigint[], %b::bigint[], %b::text[], %b::text[], %b::text[], %b::timestamptz[],
            %b::timestamptz[])
    AS p (lead_id, chat_id, thread_id, source, key, payload, not_before, not_after)
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
        [p.source or source for p in promises],
        [p.key for p in promises],
        [as_json(p.message.to_json()) for p in promises],
        [p.not_before for p in promises],
        [p.not_after for p in promises],
    ]
    new = fetch(ENQUEUE, [partner_id, bot_id, int(lane), now, *columns])
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
    lanes: Collection[OutboxMessage.Lane] = OutboxMessage.Lane.promotional(),
) -> int:
    """Takes back what nobody has begun to send; returns how much that was. `callback`: only under such a button.

    Of a lead only what is in these `lanes`.
    """
    messages = OutboxMessage.objects.filter(partner_id=partner_id)
    if lead_id is not None:
        messages = messages.filter(lead_id=lead_id, lane__in=lanes)
    if source:
        messages = messages.filter(source=source)
    if callback:
        messages = messages.filter(payload__contains={"buttons": [[{"callback": callback}]]})
    return skip(messages=messages, reason=reason, now=now)


def skip(*, messages: QuerySet[OutboxMessage], reason: str, now: datetime) -> int:
    """Takes back those of the messages that nobody has begun to send, whatever their lane.

    One that is being sent just now is skipped as well if it does not leave and comes back.
    """
    open_states = messages.filter(state__in=[State.QUEUED, State.HELD, State.SENDING])
    # In this order: whoever writes many rows locks them by number, else two of them wait for each other.
    found = dict(open_states.select_for_update(of=("self",)).order_by("pk").values_list("pk", "state"))
    sending = {pk for pk, state in found.items() if state == State.SENDING}
    OutboxMessage.objects.filter(pk__in=sending).update(reason=reason)
    waiting = OutboxMessage.objects.filter(pk__in=found.keys() - sending)
    return waiting.update(state=State.SKIPPED, reason=reason, finished_at=now)


HOLD = """
WITH open AS (
    SELECT id FROM content_outboxmessage
    WHERE partner_id = %s AND source = %s AND state IN ('queued', 'sending') ORDER BY id FOR UPDATE
)
UPDATE content_outboxmessage SET
    state = CASE state WHEN 'queued' THEN 'held' ELSE state END,
    reason = CASE state WHEN 'queued' THEN '' ELSE 'held' END,
    finished_at = CASE state WHEN 'queued' THEN %s::timestamptz END
WHERE id = ANY(ARRAY(SELECT id FROM open)) RETURNING state
"""


def hold(*, partner_id: int, source: str, now: datetime) -> int:
    """Nothing of the source leaves until its release; what is being sent just now waits too, should it come back.

    Returns how many wait from now on. First stop whoever promises for this source, then hold what it has promised.
    """
    return sum(state == State.HELD for (state,) in fetch(HOLD, [partner_id, source, now]))


RELEASE = """
WITH held AS (
    SELECT id FROM content_outboxmessage
    WHERE partner_id = %s AND source = %s AND (state = 'held' OR (state = 'sending' AND reason = 'held'))
    ORDER BY id FOR UPDATE
)
UPDATE content_outboxmessage SET
    state = CASE state WHEN 'held' THEN 'queued' ELSE state END, reason = '',
    not_after = not_after + coalesce(%s - finished_at, interval '0'), finished_at = NULL
WHERE id = ANY(ARRAY(SELECT id FROM held)) RETURNING state, bot_id
"""


def release(*, partner_id: int, source: str, now: datetime) -> int:
    """How many may leave again. A message stays valid for as long as it would have been without the pause."""
    waiting = [bot_id for state, bot_id in fetch(RELEASE, [partner_id, source, now]) if state == State.QUEUED]
    for bot_id in set(waiting):
        notify(bot_id)
    return len(waiting)


def blank(*, messages: QuerySet[OutboxMessage]) -> int:
    """Forgets what stood in them. One that is perhaps sent is closed: there is nothing left to send again."""
    messages.filter(state=State.UNKNOWN).update(state=State.SKIPPED, reason="erased")
    return messages.exclude(state__in=[State.QUEUED, State.HELD]).update(payload={"text": ""})


UNDECIDED = (State.UNKNOWN, State.FAILED)


def send_again(*, messages: QuerySet[OutboxMessage], now: datetime) -> int:
    """An operator decided that these did not arrive. How many wait again: not those that have moved on meanwhile.

    What was erased stays so.
    """
    undecided = _undecided(messages.exclude(payload__text=""))
    bots = set(undecided.values_list("bot_id", flat=True))
    count = undecided.update(state=State.QUEUED, reason="", not_before=now, not_after=None, finished_at=None)
    for bot_id in bots:
        notify(bot_id)
    return count


def drop(*, messages: QuerySet[OutboxMessage], now: datetime) -> int:
    """An operator decided not to send these again. How many: not those that have moved on meanwhile."""
    return _undecided(messages).update(state=State.SKIPPED, reason="dropped", finished_at=now)


def _undecided(messages: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
    """Locked by number, as everywhere here. Of a post its own desk decides: it knows what the message was a part of."""
    rows = (
        messages.filter(state__in=UNDECIDED)
        .exclude(lane=OutboxMessage.Lane.POST)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    return OutboxMessage.objects.filter(pk__in=list(rows.values_list("pk", flat=True)))


def notify(bot_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(bot_id)])
