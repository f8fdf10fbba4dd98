"""What the delivery of a runner does in the database: for all of its bots at once, behind the operators' door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from content.models import OutboxMessage
from content.outbox import delivery
from content.outbox.delivery import Claimed, Result
from funnels.services.gate import refusals
from funnels.services.presence import mark_blocked
from partners.fastsql import fetch
from partners.services.groups import migrate_group

State, Lane = OutboxMessage.State, OutboxMessage.Lane
PROMOTIONAL = frozenset({Lane.SEQUENCE, Lane.BROADCAST})


def take_due(*, room: Mapping[int, int], now: datetime, busy_chats: Sequence[int]) -> list[Claimed]:
    """Claims due messages and asks once more, now that they would really leave, whether they may."""
    claimed = delivery.claim(room=room, now=now, busy_chats=busy_chats)
    first, back = _one_per_chat(claimed)
    asked = {
        message.id: (message.lead_id, message.source)
        for message in first
        if message.lane in PROMOTIONAL and message.lead_id
    }
    said = refusals(asked=set(asked.values()), now=now) if asked else {}
    refused = {id_: said[one] for id_, one in asked.items() if one in said}
    if back or refused:
        skipped = [Result(id_, State.SKIPPED, reason) for id_, reason in refused.items()]
        delivery.finish(results=[*back, *skipped], now=now)
    return [message for message in first if message.id not in refused]


def _one_per_chat(claimed: Sequence[Claimed]) -> tuple[list[Claimed], list[Result]]:
    """A chat gets one message a second: the second one for it goes back."""
    first = {message.chat_id: message for message in reversed(claimed)}
    kept = [message for message in claimed if first[message.chat_id] is message]
    return kept, [Result(message.id, State.QUEUED) for message in claimed if first[message.chat_id] is not message]


def settle(*, results: Sequence[Result], blocked: Sequence[tuple[int, int]], now: datetime) -> None:
    """Writes what became of the claimed messages; `blocked` are partners and the people who blocked their bots."""
    delivery.finish(results=results, now=now)
    for partner_id, telegram_id in blocked:
        mark_blocked(partner_id=partner_id, telegram_id=telegram_id, now=now)


def group_moved(*, partner_id: int, old_id: int, new_id: int) -> None:
    """The group has another id from now on: its waiting messages go there."""
    migrate_group(partner_id=partner_id, old_id=old_id, new_id=new_id)
    waiting = OutboxMessage.objects.filter(partner_id=partner_id, chat_id=old_id)
    waiting.filter(state__in=[State.QUEUED, State.SENDING]).update(chat_id=new_id)


DUE_BOTS = """
SELECT b.id FROM unnest(%b::bigint[]) AS b (id) WHERE EXISTS (
    SELECT FROM content_outboxmessage WHERE bot_id = b.id AND state = 'queued' AND not_before <= %s
)
"""


def due_bots(*, bot_ids: Sequence[int], now: datetime) -> list[int]:
    """Which of these bots have something due."""
    return [row[0] for row in fetch(DUE_BOTS, [list(bot_ids), now])] if bot_ids else []
