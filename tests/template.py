"""The migrated database that every test database is a copy of: migrating takes seconds, copying a moment."""

from __future__ import annotations

import hashlib
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

LOCK = 5_270_001  # any number that nobody else locks in the server
PREFIX = "template_curator_"


def migrated_database() -> str:
    """Its name. The first worker of the first run makes it while the others wait."""
    name = PREFIX + fingerprint()
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])  # until this connection closes
        found = {row[0] for row in server.execute("SELECT datname FROM pg_database").fetchall()}
        if name not in found:
            for outdated in found:
                if outdated.startswith(PREFIX):
                    server.execute(_sql("DROP DATABASE {}", outdated))
            _make(server, name)
    return name


def fingerprint() -> str:
    """Of everything that the migrations do. What it leaves out, `migrate` adds to every copy."""
    base = Path(settings.BASE_DIR)
    files = [base / "requirements.txt", base / "partners/tenancy.py", base / "config/database_roles.py"]
    digest = hashlib.sha256()
    for file in files + sorted(base.glob("*/migrations/*.py")):
        digest.update(f"{file.relative_to(base)}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _make(server: psycopg.Connection, name: str) -> None:
    """Under another name until it is whole."""
    draft = f"{PREFIX}draft"
    server.execute(_sql("CREATE DATABASE {}", draft))
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = draft
    try:
        call_command("migrate", verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
    server.execute(_sql("ALTER DATABASE {} RENAME TO {}", draft, name))


def _sql(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))
