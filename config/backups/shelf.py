"""The folder with the backups: names, what is whole, what is kept, and how much room there is."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from config.backups import manifest
from config.backups.errors import BackupError

PATTERN = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")
STAMP = "%Y-%m-%dT%H%M%SZ"
PARTIAL, PROOF = ".partial-", "verified.json"
RESERVE = 256 * 1024 * 1024  # bytes that stay free
LATEST = "latest"


def root() -> Path:
    return Path(settings.BACKUP_DIR)


def name_at(now: datetime) -> str:
    return now.astimezone(UTC).strftime(STAMP)


def moment_of(name: str) -> datetime:
    return datetime.strptime(name, STAMP).replace(tzinfo=UTC)


def names() -> list[str]:
    """Of whole backups, the oldest first. A backup gets its name when everything is on the disk."""
    if not root().is_dir():
        return []
    return sorted(path.name for path in root().iterdir() if PATTERN.fullmatch(path.name) and path.is_dir())


def find(asked: str) -> Path:
    """A folder, the name of one in BACKUP_DIR, or «latest». Raises BackupError."""
    if asked == LATEST:
        found = names()
        if not found:
            raise BackupError(_("There is no backup in %(folder)s.") % {"folder": root()})
        return root() / found[-1]
    path = Path(asked) if "/" in asked else root() / asked
    if path.name == manifest.NAME:
        path = path.parent
    if not path.is_dir():
        raise BackupError(_("There is no backup %(name)s.") % {"name": asked})
    return path


def draft(name: str) -> Path:
    """Where a backup grows; nothing that begins like this is one."""
    root().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = root() / f"{PARTIAL}{name}"
    path.mkdir(mode=0o700)
    return path


def publish(path: Path, name: str) -> Path:
    """Everything is on the disk before it has a name, and the name before anybody is told."""
    for file in path.iterdir():
        _sync(file)
    _sync(path)
    target = root() / name
    path.rename(target)
    _sync(root())
    return target


def sweep() -> None:
    """What killed backups and restores have left behind. Only under the lock."""
    if root().is_dir():
        for path in root().glob(f"{PARTIAL}*"):
            shutil.rmtree(path)


def prune(proven: Collection[str] = ()) -> list[str]:
    """Deletes what is kept no longer; the newest one that was proven to restore always stays."""
    kept = set(to_keep([moment_of(name) for name in names()], settings.BACKUP_KEEP))
    last_proven = max(proven, default="")
    gone = [name for name in names() if moment_of(name) not in kept and name != last_proven]
    for name in gone:
        doomed = root() / f"{PARTIAL}{name}"
        (root() / name).rename(doomed)  # half a backup must not look like one
        shutil.rmtree(doomed)
    return gone


def to_keep(moments: Sequence[datetime], keep: Sequence[int]) -> list[datetime]:
    """The newest of each of so many days, weeks and months that have one, and all of the last 24 hours."""
    newest_first = sorted(moments, reverse=True)
    kept = {moment for moment in newest_first if newest_first[0] - moment < timedelta(hours=24)}
    for count, period in zip(keep, ("%Y-%m-%d", "%G-%V", "%Y-%m"), strict=True):
        newest: dict[str, datetime] = {}
        for moment in newest_first:
            newest.setdefault(moment.strftime(period), moment)
        kept.update(list(newest.values())[:count])
    return sorted(kept)


def check_room(needed: int) -> None:
    """Raises BackupError before anything is written."""
    root().mkdir(mode=0o700, parents=True, exist_ok=True)
    free = shutil.disk_usage(root()).free
    if free < needed + RESERVE:
        text = _("The disk is too full: %(needed)s MB are needed in %(folder)s, %(free)s MB are free.")
        values = {"needed": (needed + RESERVE) // 2**20, "folder": root(), "free": free // 2**20}
        raise BackupError(text % values)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
