"""Not more calls at once than a cloud folder allows, over all threads, processes and hosts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError, connection

from content.ai.troubles import AiError, Trouble

_PAUSE = 0.2
# Advisory locks of the session: they end with it, so a process that dies gives its place back.
# They need a connection to PostgreSQL itself, not through a pooler that lends one for a transaction.
_TAKE = """
SELECT place FROM generate_series(1, %s) AS place
WHERE pg_try_advisory_lock(hashtextextended('ai place ' || %s, place)) LIMIT 1
"""
_GIVE = "SELECT pg_advisory_unlock(hashtextextended('ai place ' || %s, %s))"


@contextmanager
def place(folder: str, count: int, wait: float | None = None) -> Iterator[None]:
    """Waits for a place at most so many seconds, else AI_PLACE_TIMEOUT. Raises AiError."""
    number = _take(folder, count, settings.AI_PLACE_TIMEOUT if wait is None else wait)
    try:
        yield
    finally:
        _give(folder, number)


def _give(folder: str, number: int) -> None:
    """A connection that was lost during the call has given the place back; the next query makes a new one."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_GIVE, [folder, number])
    except OperationalError:
        if connection.in_atomic_block:
            raise
        connection.close()


def _take(folder: str, count: int, wait: float) -> int:
    deadline = time.monotonic() + wait
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [count, folder])
            if row := cursor.fetchone():
                return int(row[0])
        if time.monotonic() >= deadline:
            raise AiError(Trouble.BUSY)
        time.sleep(_PAUSE)
