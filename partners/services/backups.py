"""The rows about backups: what operators ask for, and what became of it. Whoever makes them lives in the project."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from partners.models import Backup

State, Check = Backup.State, Backup.Check
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Facts:
    """What a whole backup says about itself."""

    name: str
    made_at: datetime
    seconds: float
    encrypted: bool
    bytes: int
    tables: int
    rows: int
    media_files: int
    proven_at: datetime | None = None


def ask(*, by: str, now: datetime) -> Backup:
    """The one that waits already, or a new one."""
    with transaction.atomic():
        waiting = Backup.objects.select_for_update().filter(state__in=[State.WANTED, State.RUNNING]).first()
        return waiting or Backup.objects.create(asked_by=by[:150], asked_at=now)


def ask_check(*, backup: Backup) -> bool:
    """True if it will be checked; only what is whole can be."""
    idle = Backup.objects.filter(pk=backup.pk, state=State.DONE).exclude(check_state__in=[Check.WANTED, Check.RUNNING])
    return idle.update(check_state=Check.WANTED, check_error="", progress="") > 0


def begin(*, backup: Backup, name: str, now: datetime) -> None:
    """With its name: the backup holds this very row, and once restored it must be found again."""
    Backup.objects.filter(pk=backup.pk).update(state=State.RUNNING, name=name, asked_at=now, progress="")


def say(*, backup: Backup, progress: str) -> None:
    Backup.objects.filter(pk=backup.pk).update(progress=progress[:120])


def finish(*, backup: Backup, facts: Facts, now: datetime) -> None:
    values = _values(facts) | {"finished_at": now, "progress": "", "error": ""}
    Backup.objects.filter(pk=backup.pk).update(**values)


def fail(*, backup: Backup, error: str, now: datetime) -> None:
    Backup.objects.filter(pk=backup.pk).update(
        state=State.FAILED, name="", error=error[:LONGEST], finished_at=now, progress=""
    )


def begin_check(*, backup: Backup) -> None:
    Backup.objects.filter(pk=backup.pk).update(check_state=Check.RUNNING, progress="")


def proven(*, backup: Backup, seconds: float, now: datetime) -> None:
    Backup.objects.filter(pk=backup.pk).update(
        check_state=Check.PROVEN, verified_at=now, checked_at=now, check_seconds=seconds, check_error="", progress=""
    )


def disproved(*, backup: Backup, error: str, now: datetime) -> None:
    """It may have been proven once; now it does not restore, or could not be tried."""
    Backup.objects.filter(pk=backup.pk).update(
        check_state=Check.FAILED, check_error=error[:LONGEST], checked_at=now, progress=""
    )


def heal(*, error: str, now: datetime) -> None:
    """What was going on when its process died. Only while nothing goes on."""
    for backup in Backup.objects.filter(state=State.RUNNING):
        fail(backup=backup, error=error, now=now)
    for backup in Backup.objects.filter(check_state=Check.RUNNING):
        disproved(backup=backup, error=error, now=now)


def follow(*, shelf: dict[str, Facts]) -> None:
    """The rows tell what is in the folder: also what was made before a restore, or deleted by hand."""
    known = {backup.name: backup for backup in Backup.objects.exclude(name="")}
    for name, facts in shelf.items():
        backup = known.get(name)
        if backup is None:
            Backup.objects.create(**_values(facts), asked_at=facts.made_at, finished_at=facts.made_at)
        elif backup.state != State.DONE:
            Backup.objects.filter(pk=backup.pk).update(**_values(facts), error="", progress="")
    gone = Backup.objects.filter(state=State.DONE).exclude(name__in=shelf)
    gone.update(state=State.GONE, progress="")


def _values(facts: Facts) -> dict[str, object]:
    values: dict[str, object] = {
        "name": facts.name,
        "state": State.DONE,
        "seconds": facts.seconds,
        "encrypted": facts.encrypted,
        "bytes": facts.bytes,
        "tables": facts.tables,
        "rows": facts.rows,
        "media_files": facts.media_files,
    }
    if facts.proven_at:
        values |= {"verified_at": facts.proven_at, "check_state": Check.PROVEN}
    return values
