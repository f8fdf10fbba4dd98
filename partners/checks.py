"""`manage.py check --database default`: the role of the application must not be able to walk around the wall."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import OperationalError, connection


def role_can_bypass_wall() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls OR rolinherit FROM pg_roles WHERE rolname = current_user")
        (can_bypass,) = cursor.fetchone()
    return bool(can_bypass)


@register(Tags.database)
def wall_check(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    if not databases:
        return []
    try:
        bypass = role_can_bypass_wall()
    except OperationalError:
        return [Error("The database does not answer.", id="partners.E002")]
    if not bypass:
        return []
    return [
        Error(
            "The database role of DATABASE_URL can bypass the partner wall.",
            hint="It must be NOSUPERUSER, NOBYPASSRLS and NOINHERIT: see `manage.py prepare_database --print`.",
            id="partners.E001",
        )
    ]
