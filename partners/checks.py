"""`manage.py check --database default`, and every `migrate`: the application's role stays behind the wall."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import OperationalError, connections

from partners.tenancy import ALL_PARTNERS_ROLE

HINT = "Prepare the server with `manage.py prepare_database` (`--print` shows the SQL)."
# A role that it may become counts as well as what it is.
IS_ABOVE_POLICIES = """
SELECT EXISTS (
    SELECT FROM pg_roles WHERE (rolsuper OR rolbypassrls) AND pg_has_role(current_user, oid, 'MEMBER')
)
"""
DOOR_ROLE = """
SELECT pg_has_role(current_user, oid, 'SET'), pg_has_role(current_user, oid, 'USAGE')
FROM pg_roles WHERE rolname = %s
"""


@register(Tags.database)
def wall_check(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    return [error for alias in databases or () for error in wall_errors(alias)]


def wall_errors(alias: str) -> list[CheckMessage]:
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute(IS_ABOVE_POLICIES)
            (is_above,) = cursor.fetchone()
            cursor.execute(DOOR_ROLE, [ALL_PARTNERS_ROLE])
            may_open, is_always_open = cursor.fetchone() or (False, False)
    except OperationalError:
        return [Error("The database does not answer.", hint="See DATABASE_URL.", id="partners.E002")]
    if is_above or is_always_open:
        return [Error("The role of DATABASE_URL can bypass the partner wall.", hint=HINT, id="partners.E001")]
    if not may_open:
        text = f"The role of DATABASE_URL may not become {ALL_PARTNERS_ROLE}."
        return [Error(text, hint=HINT, id="partners.E003")]
    return []
