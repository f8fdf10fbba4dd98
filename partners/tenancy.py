"""The partner wall: PostgreSQL row-level security with one door.

A query on a table with a partner works only inside `partner(…)` or `all_partners()`. Without the door
PostgreSQL raises (`unrecognized configuration parameter "app.partner_id"` or `invalid input syntax for type
bigint: ""`); it never returns rows. Applications, which belong to no partner yet, have a wall of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from partners import log_context

ALL_PARTNERS_ROLE = "curator_all_partners"
NO_APPLICATION = "00000000-0000-0000-0000-000000000000"

Door = int | str | None  # a partner's id, "all", or the key of an application


class DoorError(RuntimeError):
    """A door was opened inside another one."""


def current_door() -> Door:
    return getattr(connection, "partner_door", None)


@contextmanager
def partner(partner_id: int) -> Iterator[None]:
    """A transaction in which the rows of this partner, and only these, exist."""
    own = "SELECT set_config('app.partner_id', %s, true), set_config('app.application', %s, true)"
    with log_context.bound(partner=int(partner_id)), _door(partner_id, own, [str(int(partner_id)), NO_APPLICATION]):
        yield


@contextmanager
def all_partners() -> Iterator[None]:
    """A transaction that sees every partner's rows. Only where `tests/test_wall.py` lists the caller."""
    with _door("all", f"SET LOCAL ROLE {ALL_PARTNERS_ROLE}", []):
        yield


@contextmanager
def application(key: UUID) -> Iterator[None]:
    """A transaction in which this one application exists, and no partner's row: for whoever holds its link."""
    with _door(str(key), "SELECT set_config('app.application', %s, true)", [str(key)]):
        yield


@contextmanager
def _door(door: int | str, open_sql: str, params: list[str]) -> Iterator[None]:
    opened = current_door()
    if opened == door:
        with transaction.atomic():
            yield
        return
    if opened is not None:
        raise DoorError(f"The door to {door!r} cannot open inside the door to {opened!r}: close that one first.")
    with transaction.atomic():
        nested = len(connection.savepoint_ids) > 0
        with connection.cursor() as cursor:
            cursor.execute(open_sql, params)
        connection.partner_door = door  # type: ignore[attr-defined]
        try:
            yield
            # SET LOCAL lasts until the end of the transaction, which is not ours when it was open before.
            if nested and not connection.needs_rollback:
                _close()
        finally:
            connection.partner_door = None  # type: ignore[attr-defined]


def _close() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL ROLE NONE; "
            "SELECT set_config('app.partner_id', '', true), set_config('app.application', '', true)"
        )


class Wall(Operation):
    """Migration operation: puts a table behind the wall.

    `network_rows`: rows without a partner belong to the whole network and may be read by every partner.
    `append_only`: rows can be read and inserted; UPDATE and DELETE find none, whoever asks.
    """

    reversible = True
    elidable = False

    def __init__(
        self, table: str, column: str = "partner_id", *, network_rows: bool = False, append_only: bool = False
    ) -> None:
        self.table, self.column = table, column
        self.network_rows, self.append_only = network_rows, append_only

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        options = {"network_rows": self.network_rows, "append_only": self.append_only}
        return self.__class__.__qualname__, [self.table, self.column], options

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in self.statements():
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for name in ("partner_wall", "partner_wall_insert", "network_rows", "all_partners", "all_partners_insert"):
            schema_editor.execute(f"DROP POLICY IF EXISTS {name} ON {self.table}")
        schema_editor.execute(f"ALTER TABLE {self.table} DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Puts {self.table} behind the partner wall"

    @property
    def own(self) -> str:
        """Plain equality: with CASE or OR here PostgreSQL no longer uses the index."""
        return f"{self.column} = current_setting('app.partner_id')::bigint"

    def statements(self) -> Iterator[str]:
        yield f"ALTER TABLE {self.table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {self.table} FORCE ROW LEVEL SECURITY"
        for name, role, rule in (
            ("partner_wall", "CURRENT_USER", self.own),
            ("all_partners", ALL_PARTNERS_ROLE, "true"),
        ):
            if self.append_only:
                yield f"CREATE POLICY {name} ON {self.table} FOR SELECT TO {role} USING ({rule})"
                yield f"CREATE POLICY {name}_insert ON {self.table} FOR INSERT TO {role} WITH CHECK ({rule})"
            else:
                yield f"CREATE POLICY {name} ON {self.table} TO {role} USING ({rule}) WITH CHECK ({rule})"
        if self.network_rows:
            own_or_network = f"{self.column} IS NULL"
            yield f"CREATE POLICY network_rows ON {self.table} FOR SELECT TO CURRENT_USER USING ({own_or_network})"


class ApplicationWall(Wall):
    """Migration operation: whoever holds the link of an application sees that row; operators see all of them."""

    def __init__(self, table: str, column: str = "link_key") -> None:
        super().__init__(table, column)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.table, self.column], {}

    @property
    def own(self) -> str:
        return f"{self.column} = current_setting('app.application')::uuid"


class SamePartner(Operation):
    """Migration operation: a foreign key whose target must belong to the same partner.

    `SamePartner("funnels_funnelevent", "lead_id", "partners_lead")` adds (lead_id, partner_id) → (id, partner_id).
    The target needs a unique constraint on (id, partner_id).
    """

    reversible = True
    elidable = False

    def __init__(self, table: str, column: str, target: str) -> None:
        self.table, self.column, self.target = table, column, target

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.table, self.column, self.target], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        # Checking the rows that exist is a query of the table's owner: it has to see all of them.
        for table in {self.table, self.target}:
            schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(
            f"ALTER TABLE {self.table} ADD CONSTRAINT {self.name} FOREIGN KEY ({self.column}, partner_id) "
            f"REFERENCES {self.target} (id, partner_id) DEFERRABLE INITIALLY DEFERRED"
        )
        for table in {self.table, self.target}:
            schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        schema_editor.execute(f"ALTER TABLE {self.table} DROP CONSTRAINT {self.name}")

    def describe(self) -> str:
        return f"{self.table}.{self.column} stays within one partner"

    @property
    def name(self) -> str:
        return f"{self.table}_{self.column}_same_partner"
