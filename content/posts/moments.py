"""A day and a time of somebody's own clock as a moment. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _


class NoSuchTime(ValueError):
    """That night the clocks are put forward. The sentence says so."""


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """In UTC; of an hour that comes twice, the first. Raises NoSuchTime."""
    wanted = datetime.combine(day, at)
    try:
        moment = wanted.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        raise NoSuchTime(_("There is no such day.")) from None
    if moment.astimezone(zone).replace(tzinfo=None) != wanted:
        raise NoSuchTime(_("There is no such hour that night: the clocks are put forward. Choose another time."))
    return moment
