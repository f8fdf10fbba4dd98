"""Who waits for the curator's answer: in the chats of all bots of a runner, behind the operators' door."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from partners.fastsql import fetch

PATIENCE = timedelta(minutes=2)  # after which nobody believes any more that an answer is being written

OPEN_CHATS = """
SELECT b.id, q.chat_id, q.thread_id FROM partners_bot b JOIN funnels_question q ON q.partner_id = b.partner_id
WHERE b.id = ANY(%b::bigint[]) AND q.state IN ('waiting', 'thinking') AND q.asked_at > %s
GROUP BY b.id, q.chat_id, q.thread_id ORDER BY min(q.asked_at)
"""

Chat = tuple[int, int]  # its id and the topic, 0 where there are no topics


def open_chats(*, bot_ids: Collection[int], now: datetime) -> dict[int, list[Chat]]:
    """By bot, whoever has waited longest first; without the bots for which nobody waits."""
    found: dict[int, list[Chat]] = {}
    for bot_id, chat_id, thread_id in fetch(OPEN_CHATS, [list(bot_ids), now - PATIENCE]):
        found.setdefault(bot_id, []).append((chat_id, thread_id))
    return found
