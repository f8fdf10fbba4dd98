"""`manage.py check --database default`, and every `migrate`: the database has pgvector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import OperationalError, connections
from django.utils.translation import gettext as _


@register(Tags.database)
def vector_check(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    return [error for alias in databases or () for error in vector_errors(alias)]


def vector_errors(alias: str) -> list[CheckMessage]:
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT to_regtype('vector') IS NULL")
            (is_missing,) = cursor.fetchone()
    except OperationalError:
        return []  # the check of the partner wall tells
    if not is_missing:
        return []
    text = _("The database of DATABASE_URL does not have PostgreSQL's extension “vector”.")
    hint = _(
        "Install pgvector on the server (Debian: postgresql-18-pgvector), then run: "
        "manage.py prepare_database --superuser-url postgresql://postgres@host/postgres"
    )
    return [Error(text, hint=hint, id="content.E001")]
