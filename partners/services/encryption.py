"""Re-encrypts what is stored with the newest key, so that an old key may be thrown away."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from partners.fields import EncryptedField, fernet

BATCH = 200


def encrypted_columns() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedField) and field.column and not model._meta.proxy:
                yield model, field.column


def rotate_batch(*, model: type[models.Model], column: str, after: int) -> tuple[int | None, int]:
    """The next rows by primary key: (the last key seen or None at the end, how many were re-encrypted).

    Behind the door to all partners. Raises cryptography.fernet.InvalidToken if no key fits.
    """
    quote = connection.ops.quote_name
    table, key, secret = quote(model._meta.db_table), quote(model._meta.pk.attname), quote(column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, {secret} FROM {table} WHERE {key} > %s ORDER BY {key} LIMIT %s FOR UPDATE",
            [after, BATCH],
        )
        rows = cursor.fetchall()
        old = [(pk, text) for pk, text in rows if text and not _is_newest(text)]
        values = [(fernet().rotate(text.encode()).decode(), pk) for pk, text in old]
        if values:
            cursor.executemany(f"UPDATE {table} SET {secret} = %s WHERE {key} = %s", values)
    return (rows[-1][0] if rows else None), len(values)


def _is_newest(text: str) -> bool:
    try:
        Fernet(settings.FIELD_ENCRYPTION_KEYS[0]).decrypt(text.encode())
    except InvalidToken:
        return False
    return True
