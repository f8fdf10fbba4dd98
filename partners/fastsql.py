"""Hand-written SQL for the path of every update: prepared on the server, not passed through Django's client cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg
from django.db import connection


def fetch(sql: LiteralString, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Runs inside the transaction that is open; raises Django's database errors."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, params, prepare=True)
        return cursor.fetchall() if cursor.description else []
