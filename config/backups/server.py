"""The server around the databases: one backup or restore at a time, and databases made, swapped and dropped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zlib import crc32

import psycopg
from django.utils.translation import gettext as _
from psycopg import sql

from config.backups.address import MAINTENANCE, Address
from config.backups.errors import BackupError

LOCK = 5_270_002  # the first half of the key; the second one is the database
SCRATCH, DRAFT, BEFORE = "_scratch_", "_restored_", "_before_"
LONGEST_NAME = 63


class Busy(BackupError):
    """Another backup, restore or check of this database is going on."""


class Server:
    def __init__(self, connection: psycopg.Connection, address: Address) -> None:
        self.connection, self.address = connection, address

    @property
    def version(self) -> int:
        return self.connection.info.server_version // 10_000

    def exists(self, name: str) -> bool:
        return bool(self.connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount)

    def sessions(self, name: str) -> int:
        statement = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"
        found = self.connection.execute(statement, [name]).fetchone()
        return int(found[0]) if found else 0

    def bytes_of(self, name: str) -> int:
        found = self.connection.execute("SELECT pg_database_size(%s)", [name]).fetchone()
        return int(found[0]) if found else 0

    def create(self, purpose: str, now: datetime) -> Address:
        """An empty database beside the product's own, with what `prepare_database` puts into template1."""
        name = beside(self.address.name, purpose, now)
        self._do("CREATE DATABASE {}", name)
        made = self.address.named(name)
        with made.connect() as new:
            if not new.execute("SELECT FROM pg_extension WHERE extname = 'vector'").rowcount:
                self.drop(name)
                text = _("New databases of this server have no pgvector. Run prepare_database with --for-tests once.")
                raise BackupError(text)
        return made

    def drop(self, name: str) -> None:
        drop_database(self.connection, name)

    def rename(self, name: str, to: str) -> None:
        self._do("ALTER DATABASE {} RENAME TO {}", name, to)

    def sweep(self) -> list[str]:
        """Databases that a killed restore or check has left behind. Only under the lock."""
        names = [row[0] for row in self.connection.execute("SELECT datname FROM pg_database").fetchall()]
        heads = [_head(self.address.name, purpose) + purpose for purpose in (SCRATCH, DRAFT)]
        left = [name for name in names if any(name.startswith(head) for head in heads)]
        for name in left:
            self.drop(name)
        return left

    def _do(self, statement: str, *names: str) -> None:
        self.connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def drop_database(connection: psycopg.Connection, name: str) -> None:
    """With whoever is in it. Autovacuum is a superuser's: an owner's FORCE may not end it, a plain drop does."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    try:
        connection.execute(drop + sql.SQL(" WITH (FORCE)"))
    except psycopg.errors.InsufficientPrivilege:
        connection.execute(drop)


@contextmanager
def locked(address: Address) -> Iterator[Server]:
    """Raises Busy. The lock goes with this process, however it ends."""
    try:
        connection = address.named(MAINTENANCE).connect(autocommit=True)
    except psycopg.OperationalError:
        text = _("The database server does not answer, or does not let the role %(role)s in.")
        raise BackupError(text % {"role": address.role}) from None
    with connection:
        key = crc32(address.name.encode()) - 2**31
        try:  # whoever was killed a moment ago may still hold it
            connection.execute("SET lock_timeout = '3s'")
            connection.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK, key])
        except psycopg.errors.LockNotAvailable:
            raise Busy(_("Another backup, restore or check is going on. Wait until it has ended.")) from None
        connection.execute("SET lock_timeout = 0")
        yield Server(connection, address)


def beside(name: str, purpose: str, now: datetime) -> str:
    return f"{_head(name, purpose)}{purpose}{now:%Y%m%d%H%M%S}"


def _head(name: str, purpose: str) -> str:
    return name[: LONGEST_NAME - len(purpose) - 14]
