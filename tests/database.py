"""Looking for something in the whole database, wherever it may be stored."""

from __future__ import annotations

import json

from django.db import connection

from partners import tenancy

COLUMNS = """
SELECT c.table_name, c.column_name FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'django_migrations'
"""


def places_of(*needles: str) -> set[tuple[str, str, str]]:
    """(table, column, needle) of everything found, upper and lower case alike, also as JSON escapes it."""
    with tenancy.all_partners(), connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        columns = cursor.fetchall()
        return {
            (table, column, needle)
            for table, column in columns
            for needle in needles
            for form in {needle, json.dumps(needle)[1:-1]}
            if _found(cursor, table, column, form)
        }


def _found(cursor: object, table: str, column: str, text: str) -> bool:
    pattern = f"%{text}%".replace("\\", r"\\").replace("_", r"\_")
    cursor.execute(f'SELECT 1 FROM "{table}" WHERE "{column}"::text ILIKE %s LIMIT 1', [pattern])  # type: ignore[attr-defined]
    return cursor.fetchone() is not None  # type: ignore[attr-defined]
