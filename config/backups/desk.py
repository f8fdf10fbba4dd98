"""What commands and the tick do alike: take the lock, do the work, keep the rows in step with the folder."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from config.backups import manifest, shelf
from config.backups.address import own
from config.backups.errors import BackupError
from config.backups.make import make
from config.backups.manifest import Manifest
from config.backups.server import Busy, Server, locked
from config.backups.verify import Proof, proven_at, verify
from partners.models import Backup
from partners.services import backups as rows
from partners.services.backups import Facts

log = logging.getLogger(__name__)
Say = Callable[[str], None]
AGAIN = timedelta(hours=1)  # after a failure
WEEK = timedelta(days=7)


def backup(*, now: datetime, say: Say, by: str = "") -> tuple[str, Manifest]:
    """Now, from the command line. Raises BackupError."""
    with locked(own()) as server:
        heal(now)
        return _make(server, rows.ask(by=by, now=now), now, say)


def check(*, folder: Path, key_file: Path | None, now: datetime, say: Say) -> Proof:
    """Raises BackupError."""
    with locked(own()) as server:
        heal(now)
        row = Backup.objects.filter(name=folder.name).first() if folder.parent == shelf.root() else None
        return _check(server, row, folder, key_file, now, say)


def tick(*, now: datetime) -> None:
    """One thing that was asked for or is due, if nothing else goes on."""
    try:
        with locked(own()) as server:
            heal(now)
            _next(server, now)
    except Busy:
        return


def heal(now: datetime) -> None:
    """Under the lock: what is running in the rows has died."""
    follow()
    rows.heal(error=_("It was interrupted."), now=now)


def follow() -> None:
    rows.follow(shelf={facts.name: facts for facts in map(_facts_of, shelf.names()) if facts})


def _next(server: Server, now: datetime) -> None:
    wanted = Backup.objects.filter(state=Backup.State.WANTED).first()
    if wanted is None and is_backup_due(now):
        wanted = rows.ask(by="", now=now)
    if wanted is not None:
        _quietly(lambda: _make(server, wanted, now, lambda text: rows.say(backup=wanted, progress=text)))
        return
    row = to_check(now)
    if row is not None:
        key_file = Path(settings.BACKUP_KEY_FILE) if settings.BACKUP_KEY_FILE else None
        _quietly(lambda: _check(server, row, shelf.root() / row.name, key_file, now,
                                lambda text: rows.say(backup=row, progress=text)))  # fmt: skip


def is_backup_due(now: datetime) -> bool:
    """None since the hour of the night, and no failed one within the last hour."""
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    due = local.replace(hour=settings.BACKUP_HOUR, minute=0, second=0, microsecond=0)
    due = due if due <= local else due - timedelta(days=1)
    failed_lately = Backup.objects.filter(state=Backup.State.FAILED, finished_at__gt=now - AGAIN)
    return not Backup.objects.filter(state=Backup.State.DONE, asked_at__gte=due).exists() and not failed_lately.exists()


def to_check(now: datetime) -> Backup | None:
    """What somebody asked for; else once a week the newest."""
    asked = Backup.objects.filter(state=Backup.State.DONE, check_state=Backup.Check.WANTED).first()
    if asked is not None:
        return asked
    if Backup.objects.filter(checked_at__gt=now - AGAIN).exists():
        return None
    lately = Backup.objects.filter(verified_at__gt=now - WEEK) | Backup.objects.filter(
        checked_at__gt=now - timedelta(days=1), check_state=Backup.Check.FAILED
    )
    return None if lately.exists() else Backup.objects.filter(state=Backup.State.DONE).first()


def _make(server: Server, row: Backup, now: datetime, say: Say) -> tuple[str, Manifest]:
    name = shelf.name_at(now)
    rows.begin(backup=row, name=name, now=now)
    try:
        whole = make(name=name, server=server, address=own(), now=now, say=say)
    except BaseException as error:
        rows.fail(backup=row, error=_sentence(error), now=now)
        raise
    rows.finish(backup=row, facts=_facts(name, whole, None), now=now)
    shelf.prune(proven=Backup.objects.exclude(verified_at=None).values_list("name", flat=True))
    follow()
    return name, whole


def _check(server: Server, row: Backup | None, folder: Path, key_file: Path | None, now: datetime, say: Say) -> Proof:
    if row is not None:
        rows.begin_check(backup=row)
    try:
        proof = verify(folder=folder, server=server, address=own(), key_file=key_file, now=now, say=say)
    except BaseException as error:
        if row is not None:
            rows.disproved(backup=row, error=_sentence(error), now=now)
        raise
    if row is not None:
        rows.proven(backup=row, seconds=proof.seconds, now=now)
    return proof


def _quietly(work: Callable[[], object]) -> None:
    """The row tells why; a traceback every few seconds would not help."""
    try:
        work()
    except BackupError as error:
        log.error("%s", error)


def _sentence(error: BaseException) -> str:
    """Only our own sentences: those of libraries may quote an address."""
    return str(error) if isinstance(error, BackupError) else type(error).__name__


def _facts_of(name: str) -> Facts | None:
    folder = shelf.root() / name
    try:
        return _facts(name, manifest.read(folder), proven_at(folder))
    except BackupError:
        return None


def _facts(name: str, whole: Manifest, proven: datetime | None) -> Facts:
    return Facts(
        name=name,
        made_at=whole.made_at,
        seconds=whole.seconds,
        encrypted=whole.encrypted,
        bytes=whole.bytes,
        tables=len(whole.tables),
        rows=whole.rows,
        media_files=whole.media_files,
        proven_at=proven,
    )
