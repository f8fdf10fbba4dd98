"""An account whose calls fail is left alone for a while; then one call tries. Its row tells operators how it is."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from content.ai.troubles import OF_THE_ACCOUNT, AiError, Trouble
from content.models import AiAccount

PATIENCE = 3  # failures in a row
FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=10)
TRIAL = timedelta(minutes=1)  # the others wait so long for the one that tries
# No use trying three times: a person has to do something first.
HOPELESS = frozenset(
    {
        Trouble.WRONG_KEY,
        Trouble.BAD_KEY_FILE,
        Trouble.FORBIDDEN,
        Trouble.NO_ART,
        Trouble.BILLING,
        Trouble.WRONG_FOLDER,
        Trouble.NO_MODEL,
    }
)


def admit(account: str, now: datetime) -> None:
    """Raises AiError while the account rests. After that whoever moves `rests_until` on is the one that tries."""
    resting = AiAccount.objects.filter(key=account, rests_until__isnull=False)
    if not resting.exists():
        return
    if not resting.filter(rests_until__lte=now).update(rests_until=now + TRIAL):
        raise AiError(Trouble.RESTING)


def worked(account: str, now: datetime) -> None:
    _row(account).update(failures=0, rests_until=None, trouble="", worked_at=now)


def failed(account: str, trouble: Trouble, now: datetime) -> None:
    """Of a refusal that concerns one prompt the account knows nothing."""
    if trouble not in OF_THE_ACCOUNT:
        return
    row = _row(account)
    row.update(failures=F("failures") + 1, trouble=trouble, failed_at=now)
    failures = row.values_list("failures", flat=True).get()
    if trouble in HOPELESS:
        failures += PATIENCE
    if failures >= PATIENCE:
        rest = min(FIRST_REST * 2 ** min(failures - PATIENCE, 10), LONGEST_REST)
        row.filter(Q(rests_until=None) | Q(rests_until__lt=now + rest)).update(rests_until=now + rest)


def _row(account: str) -> QuerySet[AiAccount]:
    AiAccount.objects.bulk_create([AiAccount(key=account)], ignore_conflicts=True)
    return AiAccount.objects.filter(key=account)
