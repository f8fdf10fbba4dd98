"""Hand-written SQL for the path of every update: prepared on the server, not passed through Django's client cursor.

Arrays go as %b: in psycopg's text format every string of a list is escaped by a Python function.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, LiteralString

import psycopg
from django.db import connection


def fetch(
    sql: LiteralString, params: Sequence[Any] | Mapping[str, Any], *, binary: bool = False
) -> list[tuple[Any, ...]]:
    """Runs inside the transaction that is open; raises Django's database errors.

    `binary`: for thousands of rows with times, which Django has a Python function read from text.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, params, prepare=True, binary=binary)
        return cursor.fetchall() if cursor.description else []


def columns(rows: Collection[tuple[object, ...]]) -> list[list[object]]:
    """What `unnest` puts together again; of at least one row."""
    return [list(column) for column in zip(*rows, strict=True)]
