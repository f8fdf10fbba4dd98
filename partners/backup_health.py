"""How safe the data is, in three numbers, for the home page and for whoever raises an alarm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from partners.models import Backup

OLD = timedelta(hours=26)  # a night was missed
UNPROVEN = timedelta(days=8)  # a week was missed


@dataclass(frozen=True, slots=True)
class BackupHealth:
    """`last_proven_at`: when a backup was last restored for a trial and found whole."""

    now: datetime
    last_success_at: datetime | None
    last_proven_at: datetime | None
    last_error: str  # of the newest backup or check, if it has failed

    @property
    def age(self) -> timedelta | None:
        return self.now - self.last_success_at if self.last_success_at else None

    @property
    def proven_age(self) -> timedelta | None:
        return self.now - self.last_proven_at if self.last_proven_at else None

    @property
    def is_old(self) -> bool:
        return self.age is None or self.age > OLD

    @property
    def is_unproven(self) -> bool:
        return self.proven_age is None or self.proven_age > UNPROVEN

    @property
    def tone(self) -> str:
        return "bad" if self.is_old else "wait" if self.is_unproven or self.last_error else "good"


def backup_health(now: datetime) -> BackupHealth:
    """No door is needed: backups are nobody's rows."""
    moments = Backup.objects.filter(state=Backup.State.DONE).aggregate(made=Max("asked_at"))
    proven = Backup.objects.aggregate(at=Max("verified_at"))
    ended = Backup.objects.filter(finished_at__isnull=False).order_by("-finished_at").first()
    checked = Backup.objects.filter(checked_at__isnull=False).order_by("-checked_at").first()
    errors = [ended.error if ended else "", checked.check_error if checked else ""]
    return BackupHealth(now, moments["made"], proven["at"], next((error for error in errors if error), ""))
