"""What the delivery of a runner does in the database: for all of its bots at once, behind the operators' door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from content.models import OutboxMessage
from content.outbox import delivery
from content.outbox.delivery import Claimed, Result
from content.outbox.words import is_of_recipient
from funnels.services import brake
from funnels.services.gate import Refused, Verdict, judge
from funnels.services.presence import mark_blocked
from funnels.services.unreachable import refused
from partners.fastsql import fetch
from partners.services.groups import migrate_group

State, Lane = OutboxMessage.State, OutboxMessage.Lane
ROUNDS = 5  # claims in a row for a bot whose messages may not leave now, before other bots have their turn


def take_due(*, room: Mapping[int, int], now: datetime, busy_chats: Sequence[int]) -> list[Claimed]:
    """Claims due messages and asks once more, now that they would really leave, whether they may."""
    taken: list[Claimed] = []
    for _round in range(ROUNDS):
        busy = [*busy_chats, *(message.chat_id for message in taken)]
        claimed = delivery.claim(room=room, now=now, busy_chats=busy)
        may_leave = _ask_the_gate(_one_per_chat(claimed, now), now)
        taken += may_leave
        left_with_nothing = {message.bot_id for message in claimed} - {message.bot_id for message in may_leave}
        room = {bot_id: room[bot_id] for bot_id in left_with_nothing}
        if not room:
            break
    return taken


def _one_per_chat(claimed: Sequence[Claimed], now: datetime) -> list[Claimed]:
    """A chat gets one message a second: the second one for it goes back."""
    first = {message.chat_id: message for message in reversed(claimed)}
    kept = [message for message in claimed if first[message.chat_id] is message]
    if len(kept) < len(claimed):
        back = [Result(message.id, State.QUEUED) for message in claimed if first[message.chat_id] is not message]
        delivery.finish(results=back, now=now)
    return kept


def _ask_the_gate(messages: Sequence[Claimed], now: datetime) -> list[Claimed]:
    verdicts = judge(messages=messages, now=now)
    if not verdicts:
        return list(messages)
    results = [_result(message, verdicts[message.id], now) for message in messages if message.id in verdicts]
    delivery.finish(results=results, now=now)
    return [message for message in messages if message.id not in verdicts]


def _result(message: Claimed, verdict: Verdict, now: datetime) -> Result:
    if isinstance(verdict, Refused):
        return Result(message.id, State.SKIPPED, verdict.reason)
    not_after = None
    if message.not_after is not None and message.lane == Lane.SEQUENCE:
        # It keeps what was left of its time; the end of a broadcast stands.
        not_after = message.not_after + (verdict.until - now)
    return Result(message.id, State.QUEUED, not_before=verdict.until, not_after=not_after)


def settle(*, results: Sequence[Result], blocked: Sequence[tuple[int, int]], now: datetime) -> None:
    """Writes what became of the claimed messages; `blocked` are partners and the people who blocked their bots."""
    delivery.finish(results=results, now=now)
    refused(reasons={result.id: result.reason for result in results if result.state == State.FAILED}, now=now)
    for partner_id, telegram_id in blocked:
        mark_blocked(partner_id=partner_id, telegram_id=telegram_id, now=now)
    lost = [result for result in results if result.state in (State.FAILED, State.UNKNOWN)]
    if not_recipients := [result.id for result in lost if not is_of_recipient(result.reason)]:
        brake.look_after(message_ids=not_recipients, now=now)


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
