"""A backup: the database of one moment, then the media, then what they hold, then a name."""

from __future__ import annotations

import platform
import shutil
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import django
from django.conf import settings

from config.backups import manifest, media, sealing, shelf
from config.backups.address import Address
from config.backups.database import Snapshot, snapshot
from config.backups.manifest import Manifest, Part
from config.backups.server import Server
from config.backups.tools import tool, version_of

Say = Callable[[str], None]
EVERY = 64 * 2**20  # bytes between two signs of life


def make(*, name: str, server: Server, address: Address, now: datetime, say: Say) -> Manifest:
    """What it holds. Under the server's lock. Raises BackupError."""
    began = time.monotonic()
    keys = sealing.recipients(settings.BACKUP_PUBLIC_KEYS)
    shelf.sweep()
    root, size = Path(settings.MEDIA_ROOT), server.bytes_of(address.name)
    # The dump is compressed and has no indexes; media hardly get smaller.
    shelf.check_room(size // 2 + media.amount(root).bytes)
    draft = shelf.draft(name)
    try:
        found = _write(draft, address, keys, say)
        versions = {
            "python": platform.python_version(),
            "django": django.get_version(),
            "postgresql": _server_version(server),
            "pg_dump": str(version_of(tool("pg_dump", server.version))),
        }
        whole = Manifest(
            format=manifest.FORMAT,
            made_at=now,
            seconds=round(time.monotonic() - began, 3),
            encrypted=bool(keys),
            database_bytes=size,
            role=address.role,
            versions=versions,
            **found,
        )
        manifest.write(whole, draft)
        shelf.publish(draft, name)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return whole


def _write(draft: Path, address: Address, keys: list[object], say: Say) -> dict[str, object]:
    with snapshot(address) as moment:
        say("pg_dump…")
        database = _database(draft, moment, keys, say)
        tables = {table: moment.fingerprint(table) for table in _said(moment.tables(), say)}
        wall, migrations = moment.wall(), moment.migrations()
    say("media…")
    path = draft / _named("media.tar", keys)
    with sealing.writing(path, keys, _spoken("media", say)) as (sink, written):
        amount = media.pack(Path(settings.MEDIA_ROOT), sink)
    return {
        "database": database,
        "media": Part(name=path.name, bytes=written.bytes, sha256=written.digest.hexdigest()),
        "media_bytes": amount.bytes,
        "media_files": amount.files,
        "tables": tables,
        "wall": wall,
        "migrations": migrations,
    }


def _database(draft: Path, moment: Snapshot, keys: list[object], say: Say) -> Part:
    path = draft / _named("database.dump", keys)
    with sealing.writing(path, keys, _spoken("pg_dump", say)) as (sink, written), moment.dump() as dump:
        shutil.copyfileobj(dump, sink, sealing.CHUNK)
    return Part(name=path.name, bytes=written.bytes, sha256=written.digest.hexdigest())


def _said(tables: list[str], say: Say) -> list[str]:
    say(f"checksums of {len(tables)} tables…")
    return tables


def _spoken(what: str, say: Say) -> Callable[[int], None]:
    """Says how far it is, now and then."""
    next_at = EVERY

    def progress(done: int) -> None:
        nonlocal next_at
        if done >= next_at:
            next_at = done + EVERY
            say(f"{what}: {done // 2**20} MB")

    return progress


def _named(name: str, keys: list[object]) -> str:
    return name + (sealing.SUFFIX if keys else "")


def _server_version(server: Server) -> str:
    number = server.connection.info.server_version
    return f"{number // 10_000}.{number % 10_000}"
