"""One owner per bot over all runners: PostgreSQL advisory locks, which die with their session."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import psycopg
from django.db import connection

# Keeps our locks apart from everybody else's in this database.
NAMESPACE = 0x4352 << 40
BOTS, OUTBOX, QUESTIONS = "curator_bots", "curator_outbox", "curator_questions"


class OwnershipLost(RuntimeError):
    """The session is gone, and all its locks with it."""


@dataclass(frozen=True, slots=True)
class News:
    """`look`: a wish changed, or it is time to look anyway.

    `outbox`: bots with something new to send; `questions`: bots that were asked something.
    """

    look: bool
    outbox: frozenset[int] = frozenset()
    questions: frozenset[int] = frozenset()


class Ownership:
    """A direct connection (not through a transaction pooler) that holds the locks and hears NOTIFY."""

    def __init__(self, conn: psycopg.AsyncConnection[Any]) -> None:
        self._conn = conn

    @classmethod
    async def connect(cls) -> Self:
        """Raises psycopg.OperationalError while the database is away."""
        params = connection.get_connection_params()
        conn = await psycopg.AsyncConnection.connect(
            **{name: params[name] for name in ("dbname", "user", "password", "host", "port") if params.get(name)},
            autocommit=True,
        )
        await conn.execute(f"LISTEN {BOTS}; LISTEN {OUTBOX}; LISTEN {QUESTIONS}")
        return cls(conn)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._conn.close()

    async def take(self, bot_ids: list[int], *, at_most: int | None = None) -> set[int]:
        """Those of the bots that are ours now, in one round trip."""
        rows = await self._rows(
            "SELECT id FROM unnest(%s::bigint[]) AS b (id) WHERE pg_try_advisory_lock(%s + id) LIMIT %s",
            [bot_ids, NAMESPACE, at_most],
        )
        return {row[0] for row in rows}

    async def give_back(self, bot_id: int) -> None:
        await self._rows("SELECT pg_advisory_unlock(%s + %s)", [NAMESPACE, bot_id])

    async def wait_for_news(self, seconds: float) -> News:
        """Returns when something was notified, at the latest after `seconds`."""
        try:
            notices = [notice async for notice in self._conn.notifies(timeout=seconds, stop_after=1)]
        except psycopg.OperationalError as error:
            raise OwnershipLost from error
        look = not notices or any(notice.channel == BOTS for notice in notices)
        outbox, questions = (
            frozenset(int(notice.payload) for notice in notices if notice.channel == channel)
            for channel in (OUTBOX, QUESTIONS)
        )
        return News(look, outbox, questions)

    async def _rows(self, sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
        try:
            cursor = await self._conn.execute(sql, params)
            return await cursor.fetchall()
        except psycopg.OperationalError as error:
            raise OwnershipLost from error
