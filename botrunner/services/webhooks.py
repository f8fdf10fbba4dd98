"""What a webhook's receiver reads and writes, for all bots at once. Behind the operators' door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from partners.fastsql import fetch
from partners.models import Bot


@dataclass(frozen=True, slots=True)
class Addressee:
    bot_id: int
    partner_id: int
    is_wanted: bool


@dataclass(frozen=True, slots=True)
class Arrived:
    to: Addressee
    update_id: int
    payload: str


def addressees() -> dict[int, Addressee]:
    """By the Telegram id of the bot."""
    rows = Bot.objects.values_list("telegram_id", "pk", "partner_id", "wanted")
    return {
        telegram_id: Addressee(pk, partner, wanted == Bot.Wanted.RUNNING) for telegram_id, pk, partner, wanted in rows
    }


# In the order of the key: two receivers may store the same updates.
STORE = """
WITH stored AS (
    INSERT INTO botrunner_inboxupdate (partner_id, bot_id, update_id, payload, received_at, replies, error)
    SELECT u.partner_id, u.bot_id, u.update_id, u.payload, %s, '', ''
    FROM unnest(%b::bigint[], %b::bigint[], %b::bigint[], %b::text[]) AS u (partner_id, bot_id, update_id, payload)
    ORDER BY u.bot_id, u.update_id
    ON CONFLICT (bot_id, update_id) DO NOTHING RETURNING bot_id
)
SELECT pg_notify('curator_inbox', bot_id::text) FROM (SELECT DISTINCT bot_id FROM stored) s
"""


def store(*, arrived: Sequence[Arrived], now: datetime) -> None:
    """Stores raw updates and tells the owners of their bots. What is there already stays as it is."""
    columns = [
        [one.to.partner_id for one in arrived],
        [one.to.bot_id for one in arrived],
        [one.update_id for one in arrived],
        [one.payload for one in arrived],
    ]
    fetch(STORE, [now, *columns])
