"""What the delivery of one bot does in the database. Behind the partner's door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from content.models import OutboxMessage
from content.outbox import delivery
from content.outbox.delivery import Claimed, Result
from funnels.services.gate import verdicts
from funnels.services.presence import mark_blocked
from partners.fastsql import fetch
from partners.services.groups import migrate_group

State, Lane = OutboxMessage.State, OutboxMessage.Lane
PROMOTIONAL = frozenset({Lane.SEQUENCE, Lane.BROADCAST})


def take_due(*, bot_id: int, now: datetime, limit: int, busy_chats: Sequence[int]) -> list[Claimed]:
    """Claims due messages and asks once more, now that they would really leave, whether they may."""
    claimed = _one_per_chat(delivery.claim(bot_id=bot_id, now=now, limit=limit, busy_chats=busy_chats), now)
    asked = {message.lead_id for message in claimed if message.lane in PROMOTIONAL and message.lead_id}
    if not asked:
        return claimed
    said = verdicts(lead_ids=asked, now=now)
    refused = [
        Result(message.id, State.SKIPPED, said[message.lead_id])
        for message in claimed
        if message.lane in PROMOTIONAL and message.lead_id in said
    ]
    if refused:
        delivery.finish(results=refused, now=now)
    gone = {result.id for result in refused}
    return [message for message in claimed if message.id not in gone]


def _one_per_chat(claimed: Sequence[Claimed], now: datetime) -> list[Claimed]:
    """A chat gets one message a second: the second one for it goes back."""
    first = {message.chat_id: message for message in reversed(claimed)}
    back = [Result(message.id, State.QUEUED) for message in claimed if first[message.chat_id] is not message]
    if back:
        delivery.finish(results=back, now=now)
    return [message for message in claimed if first[message.chat_id] is message]


def settle(*, partner_id: int, results: Sequence[Result], blocked: Sequence[int], now: datetime) -> None:
    """Writes what became of the claimed messages; `blocked` are the chats whose person blocked the bot."""
    delivery.finish(results=results, now=now)
    for telegram_id in blocked:
        mark_blocked(partner_id=partner_id, telegram_id=telegram_id, now=now)


def group_moved(*, partner_id: int, result: Result, old_id: int, new_id: int, now: datetime) -> None:
    """The group has another id from now on: its waiting messages go there."""
    migrate_group(partner_id=partner_id, old_id=old_id, new_id=new_id)
    delivery.finish(results=[result], now=now)
    OutboxMessage.objects.filter(partner_id=partner_id, chat_id=old_id, state=State.QUEUED).update(chat_id=new_id)


DUE_BOTS = """
SELECT b.id FROM unnest(%b::bigint[]) AS b (id) WHERE EXISTS (
    SELECT FROM content_outboxmessage WHERE bot_id = b.id AND state = 'queued' AND not_before <= %s
)
"""


def due_bots(*, bot_ids: Sequence[int], now: datetime) -> list[int]:
    """Which of these bots have something due. Behind the operators' door."""
    return [row[0] for row in fetch(DUE_BOTS, [list(bot_ids), now])] if bot_ids else []
