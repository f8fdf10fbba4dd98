"""Keeps milestones and tallies up to date with the events.

Every transaction that has written events is looked at exactly when all before it have ended, so an event that was
committed late is not missed; whose events came in is counted anew from all of their events, so one that tells of the
past changes what it should. Counting somebody twice changes nothing: after a crash the same window comes again.
What is not about people's deeds is counted by the day, see `analytics.services.days`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

from analytics.models import CountedPartner, Rollup
from analytics.services.days import count_days, mark_days
from analytics.services.sums import add
from analytics.tallying import differences
from funnels.milestones import DEFINITION
from funnels.services.milestones import refresh
from funnels.services.presets import weights
from partners import tenancy
from partners.fastsql import fetch
from partners.models import Lead, Partner

LOCK = 0x726F6C6C << 16
BATCH = 2_000  # leads of one transaction

Progress = Callable[[int, int], None]  # leads counted, leads in all

HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
# DISTINCT ON is sorted, never hashed: a hash that outgrew its memory after a bulk load took PostgreSQL many minutes.
NEWS = """
SELECT DISTINCT ON (lead_id) lead_id FROM funnels_funnelevent WHERE txid >= %s AND txid < %s ORDER BY lead_id
"""


def roll_up(*, now: datetime, progress: Progress | None = None) -> int | None:
    """How many leads were counted anew; None if another process is at it. Outside of any door."""
    with _alone() as alone:
        return _roll_up(now, progress) if alone else None


def recount(*, now: datetime, progress: Progress | None = None) -> int | None:
    """The same for all leads; whatever was wrong is right afterwards."""
    with _alone() as alone:
        if not alone:
            return None
        with tenancy.all_partners():
            Rollup.objects.update(definition="")
        return _roll_up(now, progress)


def _roll_up(now: datetime, progress: Progress | None) -> int:
    with tenancy.all_partners():
        rollup = Rollup.objects.get_or_create(pk=1)[0]
        [(horizon,)] = fetch(HORIZON, [])
        zones = dict(Partner.objects.values_list("pk", "time_zone"))
    # A restored database may count its transactions from the beginning.
    everybody = rollup.definition != definition() or rollup.txid > horizon
    if everybody:
        _forget()
    with tenancy.all_partners():
        anew = list(zones) if everybody else _moved(zones)
        news = [] if everybody else [lead_id for (lead_id,) in fetch(NEWS, [rollup.txid, horizon])]
        leads = list(dict.fromkeys((*_leads(partner_id__in=anew), *news))) if anew else news
        mark_days(anew)
    count_leads(leads, zones, progress)
    count_days(zones)
    with tenancy.all_partners():
        Rollup.objects.update(txid=horizon, definition=definition(), counted_at=now)
        _remember(zones)
    return len(leads)


def _forget() -> None:
    """The sums may be of other rules than the milestones they would be corrected by: both begin again.

    Outside of any door, because only the tables' owner may empty them. Until all is counted the pages say so.
    """
    with transaction.atomic():
        fetch("TRUNCATE analytics_tally, funnels_milestone", [])
        Rollup.objects.update(definition="", counted_at=None)


def _leads(**which: object) -> QuerySet[Lead, int]:
    return Lead.objects.filter(**which).order_by("partner_id", "pk").values_list("pk", flat=True)


def definition() -> str:
    """Of what is counted: another one makes everything be counted anew."""
    return f"{DEFINITION}:{hashlib.sha256(weights().model_dump_json().encode()).hexdigest()[:16]}"


def count_leads(leads: Sequence[int], zones: Mapping[int, str], progress: Progress | None = None) -> None:
    """`zones` are the partners'. One caller at a time."""
    known = {partner_id: ZoneInfo(name) for partner_id, name in zones.items()}
    for start in range(0, len(leads), BATCH):
        batch = leads[start : start + BATCH]
        with tenancy.all_partners():
            add(differences(refresh(lead_ids=batch, zones=known)))
        if progress is not None:
            progress(start + len(batch), len(leads))


def _moved(zones: dict[int, str]) -> list[int]:
    """Partners whose days begin at another time than they were counted with."""
    return [partner_id for partner_id, zone in _counted().items() if zones.get(partner_id, zone) != zone]


def _counted() -> dict[int, str]:
    return dict(CountedPartner.objects.values_list("pk", "time_zone"))


def _remember(zones: dict[int, str]) -> None:
    """Writes only what is new: all rows of 10,000 partners every five seconds would keep the disk and vacuum busy."""
    known = _counted()
    CountedPartner.objects.bulk_create(
        [
            CountedPartner(partner_id=partner_id, time_zone=zone)
            for partner_id, zone in zones.items()
            if known.get(partner_id) != zone
        ],
        update_conflicts=True,
        unique_fields=["partner"],
        update_fields=["time_zone"],
    )


@contextmanager
def _alone() -> Iterator[bool]:
    """The lock is the session's: it goes with a process that dies."""
    [(ours,)] = fetch("SELECT pg_try_advisory_lock(%s)", [LOCK])
    try:
        yield ours
    finally:
        if ours:
            _unlock()


def _unlock() -> None:
    """With a session that was lost meanwhile the lock has gone; the next query makes a new one."""
    try:
        fetch("SELECT pg_advisory_unlock(%s)", [LOCK])
    except OperationalError:
        if connection.in_atomic_block:
            raise
        connection.close()
