"""Is it what the manifest says: first the files, then the database that was restored from them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from config.backups import sealing, shelf
from config.backups.address import Address
from config.backups.database import snapshot
from config.backups.errors import BackupError
from config.backups.manifest import Manifest, Part
from config.backups.media import Amount
from config.backups.server import Server


def files(folder: Path, manifest: Manifest) -> None:
    """Raises BackupError if a file is missing, was cut off or changed."""
    for part in (manifest.database, manifest.media):
        path = folder / part.name
        if not path.is_file() or path.stat().st_size != part.bytes:
            raise BackupError(_("%(file)s is missing or was cut off.") % {"file": part.name})
        if sealing.checksum(path) != part.sha256:
            raise BackupError(_("%(file)s was changed: its checksum is another one.") % {"file": part.name})


def media(found: Amount, manifest: Manifest) -> None:
    """Raises BackupError."""
    if (found.files, found.bytes) != (manifest.media_files, manifest.media_bytes):
        raise BackupError(_("The archive of media is not complete."))


def fits(manifest: Manifest, server: Server, address: Address) -> None:
    """Raises BackupError if this code, this server or this role cannot take it."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    # An app that was removed leaves its rows behind; one that is installed must know all of its own.
    apps = {app for app, _name in known}
    found = [(app, name) for app, names in manifest.migrations.items() for name in names if app in apps]
    newer = [f"{app}.{name}" for app, name in found if (app, name) not in known]
    if newer:
        text = _("The backup is newer than this installation (it has %(migration)s). Update the code first.")
        raise BackupError(text % {"migration": newer[0]})
    if manifest.server_version > server.version:
        text = _("The backup comes from PostgreSQL %(theirs)s, this server is %(ours)s: take one that is not older.")
        raise BackupError(text % {"theirs": manifest.server_version, "ours": server.version})
    if manifest.role != address.role:
        text = _(
            "The backup's tables and policies belong to the role %(theirs)s. Restore as that role, not as %(ours)s."
        )
        raise BackupError(text % {"theirs": manifest.role, "ours": address.role})


@contextmanager
def unsealed(folder: Path, part: Part, key_file: Path | None) -> Iterator[Path]:
    """A file that can be read; of a sealed one a copy beside the backups, for as long as it is needed."""
    if not part.name.endswith(sealing.SUFFIX):
        yield folder / part.name
        return
    shelf.check_room(part.bytes)
    with tempfile.TemporaryDirectory(prefix=shelf.PARTIAL, dir=shelf.root()) as scratch:
        plain = Path(scratch) / part.name.removesuffix(sealing.SUFFIX)
        sealing.opened(folder / part.name, plain, key_file)
        yield plain


def database(restored: Address, manifest: Manifest) -> None:
    """Every table, its rows and their checksum, and the wall. Raises BackupError with the first difference."""
    with snapshot(restored) as moment:
        there = set(moment.tables())
        if there != set(manifest.tables):
            differing = ", ".join(sorted(there ^ set(manifest.tables)))
            raise BackupError(
                _("After restoring, these tables are missing or too many: %(tables)s") % {"tables": differing}
            )
        for table, (rows, checksum) in manifest.tables.items():
            found, found_checksum = moment.fingerprint(table)
            if found != rows:
                text = _("After restoring, %(table)s has %(found)s rows instead of %(rows)s.")
                raise BackupError(text % {"table": table, "found": found, "rows": rows})
            if found_checksum != checksum:
                raise BackupError(_("After restoring, rows of %(table)s are different.") % {"table": table})
        if moment.wall() != manifest.wall:
            raise BackupError(_("After restoring, the partner wall is not the same: policies or rights differ."))
