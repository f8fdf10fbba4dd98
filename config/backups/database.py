"""Reading and writing whole databases behind the wall, without a superuser.

Everything is read as the role of all partners, whose policies show every row: pg_dump would refuse, or silently leave
rows out, as anybody else. The table data comes back before row-level security is switched on, so COPY and the checks
of foreign keys meet no policy; the policies come last, as they were.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg
from django.utils.translation import gettext as _
from psycopg import sql

from config.backups.address import Address
from config.backups.errors import BackupError
from config.backups.tools import tool
from config.database_roles import ALL_PARTNERS_ROLE

# A row's text must not depend on who reads it.
PLAIN = (
    "SET LOCAL TimeZone = 'UTC'", "SET LOCAL DateStyle = 'ISO, YMD'", "SET LOCAL IntervalStyle = 'postgres'",
    "SET LOCAL extra_float_digits = 1", "SET LOCAL bytea_output = 'hex'",
)  # fmt: skip
TABLES = """
SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY relname
"""
# In any order of the rows. The function is the one that hash partitions rely on, the same in every version.
FINGERPRINT = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {} t"
# Behind the wall, and the role of all partners does not see every row.
HIDDEN = """
SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relrowsecurity AND NOT EXISTS (
    SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd IN ('*', 'r') AND p.polpermissive
    AND pg_get_expr(p.polqual, p.polrelid) = 'true'
    AND p.polroles @> ARRAY(SELECT oid FROM pg_roles WHERE rolname = %s)
) ORDER BY relname
"""
WALL = """
SELECT concat_ws(' ', relname, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner),
    has_table_privilege(%(role)s, c.oid, 'SELECT'), has_table_privilege(%(role)s, c.oid, 'INSERT'),
    has_table_privilege(%(role)s, c.oid, 'UPDATE'), has_table_privilege(%(role)s, c.oid, 'DELETE'))
FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
UNION ALL
SELECT concat_ws(' ', tablename, policyname, permissive, roles::text, cmd, qual, with_check) FROM pg_policies
WHERE schemaname = 'public'
ORDER BY 1
"""
PREPARED = ("EXTENSION", "SCHEMA", "COMMENT", "ACL - SCHEMA")  # what `prepare_database` has made already
POLICIES = ("POLICY", "ROW SECURITY")


class Snapshot:
    """One moment of a database, however long the reading takes."""

    def __init__(self, connection: psycopg.Connection, address: Address) -> None:
        self.connection, self.address = connection, address

    def tables(self) -> list[str]:
        return [row[0] for row in self.connection.execute(TABLES).fetchall()]

    def fingerprint(self, table: str) -> tuple[int, str]:
        """(rows, checksum)"""
        row = self.connection.execute(sql.SQL(FINGERPRINT).format(sql.Identifier(table))).fetchone()
        assert row is not None
        return int(row[0]), str(row[1])

    def wall(self) -> str:
        """A checksum of all policies, owners and rights."""
        rows = self.connection.execute(WALL, {"role": ALL_PARTNERS_ROLE}).fetchall()
        return hashlib.sha256("\n".join(row[0] for row in rows).encode()).hexdigest()

    def migrations(self) -> dict[str, list[str]]:
        rows = self.connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
        found: dict[str, list[str]] = {}
        for app, name in rows:
            found.setdefault(app, []).append(name)
        return found

    @contextmanager
    def dump(self) -> Iterator[IO[bytes]]:
        """What pg_dump writes about this moment, in its custom format. Raises BackupError."""
        version = self.connection.info.server_version // 10_000
        row = self.connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        arguments = (
            "--format=custom", "--compress=3", "--enable-row-security", f"--role={ALL_PARTNERS_ROLE}",
            f"--snapshot={row[0]}", "--no-password", f"--dbname={self.address.for_programs()}",
        )  # fmt: skip
        with tempfile.TemporaryFile() as errors, subprocess.Popen(
            [tool("pg_dump", version), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
            env=self.address.environment(),
        ) as process:  # fmt: skip
            assert process.stdout is not None
            try:
                yield process.stdout
            except BaseException:
                process.kill()
                raise
            if process.wait():
                raise BackupError(_("pg_dump has failed: %(error)s") % {"error": _end_of(errors)})


@contextmanager
def snapshot(address: Address) -> Iterator[Snapshot]:
    """Raises BackupError where the wall would hide rows from the backup."""
    with address.connect() as connection:
        connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        for statement in (f"SET LOCAL ROLE {ALL_PARTNERS_ROLE}", *PLAIN):
            connection.execute(statement)
        hidden = [row[0] for row in connection.execute(HIDDEN, [ALL_PARTNERS_ROLE]).fetchall()]
        if hidden:
            text = _(
                "The wall hides rows of %(tables)s from the backup: the role %(role)s has no policy for all of them."
            )
            raise BackupError(text % {"tables": ", ".join(hidden), "role": ALL_PARTNERS_ROLE})
        yield Snapshot(connection, address)


def load(dump: Path, into: Address, *, jobs: int) -> None:
    """Everything into an empty, prepared database. Raises BackupError."""
    with into.connect() as connection:
        version = connection.info.server_version // 10_000
    program = tool("pg_restore", version)
    entries = _run([program, "--list", dump], into).splitlines()
    wanted = [entry for entry in entries if entry and entry[0] != ";" and not _is(entry, PREPARED)]
    for part in (
        [entry for entry in wanted if not _is(entry, POLICIES)],
        [entry for entry in wanted if _is(entry, POLICIES)],
    ):
        with tempfile.NamedTemporaryFile("w", suffix=".list") as chosen:
            chosen.write("\n".join(part) + "\n")
            chosen.flush()
            where = (f"--use-list={chosen.name}", f"--dbname={into.for_programs()}", "--no-password")
            _run([program, "--exit-on-error", "--no-owner", f"--jobs={jobs}", *where, dump], into)


def is_empty(address: Address) -> bool:
    with address.connect() as connection:
        return not connection.execute(TABLES).fetchall()


def analyze(address: Address) -> None:
    """A restored database knows nothing about its rows, and its first hours would be slow."""
    with address.connect(autocommit=True) as connection:
        connection.execute("ANALYZE")


def _is(entry: str, kinds: tuple[str, ...]) -> bool:
    """An entry of the list: «4012; 0 0 ACL - SCHEMA public postgres»."""
    text = entry.partition("; ")[2].split(" ", 2)[-1]
    return any(text.startswith(f"{kind} ") for kind in kinds)


def _run(command: list[object], address: Address) -> str:
    done = subprocess.run(
        [str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
        check=False, env=address.environment(),
    )  # fmt: skip
    if done.returncode:
        raise BackupError(_("pg_restore has failed: %(error)s") % {"error": _short(done.stderr)})
    return done.stdout


def _end_of(errors: IO[bytes]) -> str:
    errors.seek(0)
    return _short(errors.read().decode(errors="replace"))


def _short(text: str) -> str:
    """The first complaint: what follows may quote rows."""
    return next((line for line in text.splitlines() if "error" in line.lower()), text.strip()[:200])[:300]
