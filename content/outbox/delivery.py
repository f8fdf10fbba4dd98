"""The delivering side of the outbox: claim, result, sweep. Each is one statement; the claim is committed before a call.

A claimed row that nobody finishes was being sent when its runner died: nobody knows whether it arrived.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from content.messages import Message
from content.models import OutboxMessage
from partners.fastsql import fetch

State, Lane = OutboxMessage.State, OutboxMessage.Lane


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send now. `lead_id` is None for the partner's own chat or group."""

    id: int
    partner_id: int
    bot_id: int
    lane: int
    chat_id: int
    thread_id: int
    lead_id: int | None
    source: str
    message: Message
    not_after: datetime | None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a claimed message; the two times are set when it goes back into the queue for later."""

    id: int
    state: str
    reason: str = ""
    message_id: int | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None


CLAIM = """
WITH due AS (
    SELECT m.id FROM unnest(%b::bigint[], %b::int[]) AS b (id, room), LATERAL (
        SELECT id FROM content_outboxmessage
        WHERE bot_id = b.id AND state = 'queued' AND not_before <= %s AND NOT chat_id = ANY(%b::bigint[])
        ORDER BY lane, not_before, id LIMIT b.room FOR UPDATE SKIP LOCKED
    ) m
)
UPDATE content_outboxmessage o SET
    state = CASE WHEN not_after < %s THEN 'skipped' ELSE 'sending' END,
    reason = CASE WHEN not_after < %s THEN 'too late' ELSE '' END,
    finished_at = CASE WHEN not_after < %s THEN %s::timestamptz END,
    attempts = attempts + 1, claimed_at = %s
WHERE o.id = ANY(ARRAY(SELECT id FROM due))
RETURNING o.id, o.partner_id, o.bot_id, o.lane, o.chat_id, coalesce(o.thread_id, 0), o.lead_id, o.source,
    o.payload, o.not_after, o.state, o.not_before
"""


def claim(*, room: Mapping[int, int], now: datetime, busy_chats: Sequence[int] = ()) -> list[Claimed]:
    """Due messages of these bots, for each as many as it has `room`, in the order of the lanes; none for busy chats.

    Behind the operators' door: one statement serves all bots of a runner.
    """
    rows = fetch(CLAIM, [list(room), list(room.values()), now, list(busy_chats), now, now, now, now, now])
    rows.sort(key=lambda row: (row[3], row[11], row[0]))
    return [_claimed(row) for row in rows if row[10] == State.SENDING]


def _claimed(row: tuple[Any, ...]) -> Claimed:
    id_, partner_id, bot_id, lane, chat_id, thread_id, lead_id, source, payload, not_after = row[:10]
    message = Message.from_json(json.loads(payload))
    return Claimed(id_, partner_id, bot_id, lane, chat_id, thread_id, lead_id, source, message, not_after)


# While a message is being sent, its reason says what becomes of it should it come back: see `promises.skip`, `hold`.
# The rows are locked by number, as there: else the two could wait for each other.
FINISH = """
WITH mine AS (SELECT id FROM content_outboxmessage WHERE id = ANY(%b) AND state = 'sending' ORDER BY id FOR UPDATE)
UPDATE content_outboxmessage o SET
    state = CASE WHEN NOT back OR o.reason = '' THEN r.state WHEN o.reason = 'held' THEN 'held' ELSE 'skipped' END,
    reason = CASE WHEN back AND o.reason <> 'held' THEN o.reason ELSE r.reason END,
    finished_at = CASE WHEN NOT back OR o.reason <> '' THEN %s::timestamptz END,
    message_id = r.message_id,
    not_before = coalesce(r.not_before, o.not_before),
    not_after = coalesce(r.not_after, o.not_after)
FROM (
    SELECT *, state = 'queued' AS back
    FROM unnest(%b::bigint[], %b::text[], %b::text[], %b::bigint[], %b::timestamptz[], %b::timestamptz[])
        AS result (id, state, reason, message_id, not_before, not_after)
) r
WHERE o.id = r.id AND o.id = ANY(ARRAY(SELECT id FROM mine))
"""


def finish(*, results: Sequence[Result], now: datetime) -> None:
    ids = [result.id for result in results]
    columns = [
        [str(result.state) for result in results],
        [result.reason[:80] for result in results],
        [result.message_id for result in results],
        [result.not_before for result in results],
        [result.not_after for result in results],
    ]
    fetch(FINISH, [ids, now, ids, *columns])


# A reply or an alert that was taken back meanwhile is not sent again: see FINISH.
SWEEP = """
UPDATE content_outboxmessage SET
    state = CASE WHEN NOT lane = ANY(%b) THEN 'unknown' WHEN reason = '' THEN 'queued' ELSE 'skipped' END,
    reason = CASE WHEN NOT lane = ANY(%b) THEN 'interrupted' ELSE reason END,
    finished_at = CASE WHEN NOT lane = ANY(%b) OR reason <> '' THEN %s::timestamptz END
WHERE bot_id = ANY(%b::bigint[]) AND state = 'sending' AND (%s::timestamptz IS NULL OR claimed_at < %s)
    AND NOT id = ANY(%b::bigint[])
RETURNING state
"""


def sweep(
    *, bot_ids: Sequence[int], now: datetime, claimed_before: datetime | None = None, in_hand: Collection[int] = ()
) -> int:
    """Claims that died: replies and alerts go out again, everything else waits for a person. Only for the bots' owner.

    `in_hand` are messages that live. Returns how many became unknown.
    """
    again = [int(lane) for lane in Lane.repeatable()]
    which = [list(bot_ids), claimed_before, claimed_before, list(in_hand)]
    rows = fetch(SWEEP, [again, again, again, now, *which])
    return sum(state == State.UNKNOWN for (state,) in rows)
