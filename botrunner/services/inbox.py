"""The durable inbox: what Telegram gave us, until it has been handled and answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from botrunner.models import InboxUpdate
from botrunner.replies import NOWHERE, Replies
from content.messages import Message
from funnels.services.presence import mark_blocked
from partners.fastsql import fetch
from partners.metrics import SET_ASIDE

KEPT = timedelta(days=2)  # Telegram offers an update again for at most 24 hours


class AlreadyHandled(RuntimeError):
    """Another runner has handled the update: this transaction must leave no trace."""


STORE = """
INSERT INTO botrunner_inboxupdate (partner_id, bot_id, update_id, payload, received_at, replies, error)
SELECT %s, %s, u.update_id, u.payload, %s, '', '' FROM unnest(%b::bigint[], %b::text[]) AS u (update_id, payload)
ON CONFLICT (bot_id, update_id) DO UPDATE SET received_at = excluded.received_at
    WHERE botrunner_inboxupdate.received_at = excluded.received_at AND botrunner_inboxupdate.handled_at IS NULL
RETURNING update_id
"""


def store(*, partner_id: int, bot_id: int, updates: Sequence[Mapping[str, Any]], now: datetime) -> set[int]:
    """Stores raw updates; returns the ids that were new.

    Said again with the same `now`, it is a second try whose first commit nobody heard of: they count as new.
    """
    ids = [update["update_id"] for update in updates]
    payloads = [json.dumps(update) for update in updates]
    return {row[0] for row in fetch(STORE, [partner_id, bot_id, now, ids, payloads])}


HANDLED = """
UPDATE botrunner_inboxupdate SET handled_at = %s, replies = u.replies,
    answered_at = CASE WHEN u.replies = '' THEN %s::timestamptz END
FROM unnest(%b::bigint[], %b::text[]) AS u (update_id, replies)
WHERE bot_id = %s AND botrunner_inboxupdate.update_id = u.update_id AND handled_at IS NULL
RETURNING 1
"""


def mark_handled(*, bot_id: int, replies: Mapping[int, str], now: datetime) -> None:
    """The last act of the transaction of their effect: `replies` by update id, "" for none.

    Raises AlreadyHandled if only one of them was.
    """
    done = fetch(HANDLED, [now, now, list(replies), list(replies.values()), bot_id])
    if len(done) != len(replies):
        raise AlreadyHandled


ANSWERED = """
UPDATE botrunner_inboxupdate SET answered_at = %s, replies = ''
WHERE bot_id = %s AND update_id = ANY(%b) AND answered_at IS NULL
"""


def mark_answered(*, bot_id: int, update_ids: Sequence[int], now: datetime) -> None:
    fetch(ANSWERED, [now, bot_id, list(update_ids)])


def unsent(*, bot_id: int, update_id: int) -> Replies:
    """The replies of an update whose effect is committed, as far as they still wait."""
    waiting = InboxUpdate.objects.filter(bot_id=bot_id, update_id=update_id, answered_at=None).exclude(replies="")
    row = waiting.first()
    return Replies.load(row.replies) if row else NOWHERE


def set_aside(*, bot_id: int, update_id: int, error: str, now: datetime) -> None:
    """An update that cannot be handled or answered waits for a person; it never blocks the others."""
    SET_ASIDE.inc()
    InboxUpdate.objects.filter(bot_id=bot_id, update_id=update_id, answered_at=None).update(
        failed_at=now, error=error[:500]
    )


def open_updates(*, bot_id: int) -> list[InboxUpdate]:
    """What a predecessor left behind, oldest first."""
    waiting = InboxUpdate.objects.filter(bot_id=bot_id, answered_at=None, failed_at=None)
    return list(waiting.order_by("update_id"))


FRESH = """
SELECT payload FROM botrunner_inboxupdate
WHERE bot_id = %s AND answered_at IS NULL AND failed_at IS NULL AND handled_at IS NULL
    AND NOT update_id = ANY(%b::bigint[])
ORDER BY update_id LIMIT %s
"""


def fresh(*, bot_id: int, in_hand: Collection[int], limit: int) -> list[str]:
    """Raw updates without an effect that nobody works at, oldest first. Only for the bot's owner."""
    return [row[0] for row in fetch(FRESH, [bot_id, list(in_hand), limit])]


LEFT = """
SELECT b.id FROM unnest(%b::bigint[]) AS b (id) WHERE EXISTS (
    SELECT FROM botrunner_inboxupdate WHERE bot_id = b.id AND answered_at IS NULL AND failed_at IS NULL
        AND handled_at IS NULL AND received_at < %s
)
"""


def bots_with_fresh(*, bot_ids: Collection[int], before: datetime) -> list[int]:
    """Which of these bots have updates without an effect that came before that time."""
    return [row[0] for row in fetch(LEFT, [list(bot_ids), before])] if bot_ids else []


def prune(*, now: datetime, limit: int = 5_000) -> int:
    """Deletes up to `limit` finished updates that Telegram cannot offer again. Behind the operators' door."""
    old = InboxUpdate.objects.filter(answered_at__isnull=False, received_at__lt=now - KEPT)
    ids = list(old.order_by("received_at").values_list("pk", flat=True)[:limit])
    InboxUpdate.objects.filter(pk__in=ids).delete()
    return len(ids)


def settle(
    *,
    bot_id: int,
    update_id: int,
    service: Callable[..., tuple[Message, ...] | None] | None,
    kwargs: Mapping[str, Any],
    where: Replies,
    now: datetime,
) -> Replies:
    """A service as the whole effect of an update, in one transaction; what it returns is said there.

    No service: there is nothing to do about the update.
    """
    said = service(**kwargs) if service is not None else None
    replies = replace(where, messages=said or ())
    mark_handled(bot_id=bot_id, replies={update_id: replies.dump()}, now=now)
    return replies


def reply_lost(*, partner_id: int, bot_id: int, update_id: int, blocked: int | None, error: str, now: datetime) -> None:
    """The effect stands, but the answer did not arrive; `blocked`: because this person blocked the bot."""
    if blocked is None:
        set_aside(bot_id=bot_id, update_id=update_id, error=error, now=now)
        return
    mark_blocked(partner_id=partner_id, telegram_id=blocked, now=now)
    mark_answered(bot_id=bot_id, update_ids=[update_id], now=now)
