"""When a crontab fires, in somebody's zone: also over the nights when clocks are changed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from django.utils.translation import gettext as _

LONGEST = 60
APART = timedelta(hours=1)
LOOKED_AT = 50  # runs, for how near they come to each other


class BadCrontab(ValueError):
    """The sentence says what to write."""


def runs(crontab: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """In UTC, the next one first. Raises BadCrontab."""
    try:
        for run in CronSim(crontab, after.astimezone(zone)):
            yield run.astimezone(UTC)
    except CronSimError:
        raise BadCrontab(
            _("“%(crontab)s” is no crontab. Write five fields: minute, hour, day, month, weekday, like 0 10 * * 1.")
            % {"crontab": crontab[:LONGEST]}
        ) from None


def next_run(crontab: str, zone: ZoneInfo, after: datetime) -> datetime:
    """Raises BadCrontab, also for a day that never comes."""
    for run in runs(crontab, zone, after):
        return run
    raise BadCrontab(_("This day never comes."))


def upcoming(crontab: str, zone: ZoneInfo, after: datetime, count: int) -> list[datetime]:
    return list(islice(runs(crontab, zone, after), count))


def checked(crontab: str, zone: ZoneInfo, after: datetime) -> str:
    """The crontab with single spaces. Raises BadCrontab: nobody reads posts that come every minute."""
    crontab = " ".join(crontab.split())
    if len(crontab) > LONGEST or len(crontab.split()) != 5:
        raise BadCrontab(_("Write five fields: minute, hour, day, month, weekday, like 0 10 * * 1."))
    next_run(crontab, zone, after)
    if any(later - run < APART for run, later in pairwise(upcoming(crontab, zone, after, LOOKED_AT))):
        raise BadCrontab(_("Posts are written once an hour at most: choose one minute and fewer hours."))
    return crontab
