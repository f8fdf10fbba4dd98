"""One owner per bot over all runners: PostgreSQL advisory locks, which die with their session."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import psycopg
from django.db import connection

# Keeps our locks apart from everybody else's in this database.
NAMESPACE = 0x4352 << 40
BOTS, OUTBOX, QUESTIONS, INBOX = "curator_bots", "curator_outbox", "curator_questions", "curator_inbox"


# A machine that lost its power or its network says nothing: each side asks the other, and gives up after ten seconds.
# PostgreSQL's side matters where no other runner is left that would end the session; Unix sockets ignore all this.
KEEPALIVE = {"keepalives_idle": 4, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000}
SERVER_KEEPALIVE = (
    "SET tcp_keepalives_idle = 4; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;"
    " SET tcp_user_timeout = 10000"
)
OF_DJANGO = ("cursor_factory", "context")  # of its connection parameters, those of its own cursors


class OwnershipLost(RuntimeError):
    """The session is gone, and all its locks with it."""


@dataclass(frozen=True, slots=True)
class News:
    """`look`: a wish changed, or it is time to look anyway.

    `outbox`: bots with something new to send; `questions`: bots that were asked something; `inbox`: bots for which a
    webhook's receiver has stored updates.
    """

    look: bool
    outbox: frozenset[int] = frozenset()
    questions: frozenset[int] = frozenset()
    inbox: frozenset[int] = frozenset()


class Ownership:
    """A direct connection (not through a transaction pooler) that holds the locks and hears NOTIFY."""

    def __init__(self, conn: psycopg.AsyncConnection[Any], since: datetime) -> None:
        self._conn = conn
        self.backend_pid, self.backend_start = conn.info.backend_pid, since  # name the session for ever

    @classmethod
    async def connect(cls) -> Self:
        """Raises psycopg.OperationalError while the database is away."""
        params = {name: value for name, value in connection.get_connection_params().items() if name not in OF_DJANGO}
        conn = await psycopg.AsyncConnection.connect(**params | KEEPALIVE | {"connect_timeout": 5}, autocommit=True)
        await conn.execute(f"LISTEN {BOTS}; LISTEN {OUTBOX}; LISTEN {QUESTIONS}; LISTEN {INBOX}; {SERVER_KEEPALIVE}")
        started = await conn.execute("SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
        row = await started.fetchone()
        assert row is not None
        return cls(conn, row[0])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._conn.close()

    async def take(self, bot_ids: Collection[int], *, at_most: int | None = None) -> set[int]:
        """Those of the bots that are ours now, in one round trip. Asked for none, it still needs a living session."""
        rows = await self._rows(
            "SELECT id FROM unnest(%s::bigint[]) AS b (id) WHERE pg_try_advisory_lock(%s + id) LIMIT %s",
            [list(bot_ids), NAMESPACE, at_most],
        )
        return {row[0] for row in rows}

    async def give_back(self, bot_ids: Collection[int], *, tell: bool = False) -> None:
        """`tell` the other runners, who take them at once."""
        if bot_ids:
            await self._rows(
                "SELECT pg_advisory_unlock(%s + id) FROM unnest(%s::bigint[]) AS b (id)", [NAMESPACE, list(bot_ids)]
            )
        if bot_ids and tell:
            await self._rows("SELECT pg_notify(%s, '')", [BOTS])

    async def wait_for_news(self, seconds: float) -> News:
        """Returns when something was notified, at the latest after `seconds`."""
        try:
            notices = [notice async for notice in self._conn.notifies(timeout=seconds, stop_after=1)]
        except psycopg.OperationalError as error:
            raise OwnershipLost from error
        look = not notices or any(notice.channel == BOTS for notice in notices)
        outbox, questions, inbox = (
            frozenset(int(notice.payload) for notice in notices if notice.channel == channel)
            for channel in (OUTBOX, QUESTIONS, INBOX)
        )
        return News(look, outbox, questions, inbox)

    async def _rows(self, sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
        try:
            cursor = await self._conn.execute(sql, params)
            return await cursor.fetchall()
        except psycopg.OperationalError as error:
            raise OwnershipLost from error
