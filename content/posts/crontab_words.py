"""A crontab as a sentence. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cronsim import CronSim, CronSimError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

ON_WEEKDAYS = (
    _("on Mondays"),
    _("on Tuesdays"),
    _("on Wednesdays"),
    _("on Thursdays"),
    _("on Fridays"),
    _("on Saturdays"),
    _("on Sundays"),
)
IN_MONTHS = (
    _("in January"),
    _("in February"),
    _("in March"),
    _("in April"),
    _("in May"),
    _("in June"),
    _("in July"),
    _("in August"),
    _("in September"),
    _("in October"),
    _("in November"),
    _("in December"),
)
EVERY_DAY = set(range(1, 32))
WORKDAYS = set(range(5))
MOST_TIMES = 6
_ANCHOR = datetime(2026, 1, 1)


def sentence(crontab: str) -> str:
    """«По понедельникам и четвергам в 10:00»; empty for what is no crontab, or has no plain words."""
    try:
        fields = CronSim(crontab, _ANCHOR)
    except CronSimError:
        return ""
    days = _days(fields)
    words = " ".join(part for part in (days, _months(fields), _times(fields)) if part)
    return words[:1].upper() + words[1:] if days else ""


def _days(fields: CronSim) -> str:
    if not all(isinstance(day, int) and day > 0 for day in fields.days):
        return ""  # the last day of a month
    if not all(isinstance(day, int) for day in fields.weekdays):
        return ""  # the second Tuesday
    weekdays = sorted({(day - 1) % 7 for day in fields.weekdays if isinstance(day, int)})  # 0 and 7 are Sunday
    if fields.days >= EVERY_DAY:
        return _on_weekdays(weekdays)
    of_month = gettext("on day %(days)s of the month") % {"days": _listed(map(str, sorted(fields.days)))}
    if len(weekdays) == 7:
        return of_month
    if fields.day_and:
        return ""
    return gettext("%(days)s, and also %(weekdays)s") % {"days": of_month, "weekdays": _on_weekdays(weekdays)}


def _on_weekdays(weekdays: list[int]) -> str:
    if len(weekdays) == 7:
        return gettext("every day")
    if set(weekdays) == WORKDAYS:
        return gettext("on workdays")
    return _listed(str(ON_WEEKDAYS[day]) for day in weekdays)


def _months(fields: CronSim) -> str:
    if len(fields.months) == 12:
        return ""
    return _listed(str(IN_MONTHS[month - 1]) for month in sorted(fields.months))


def _times(fields: CronSim) -> str:
    times = [f"{hour:02}:{minute:02}" for hour in sorted(fields.hours) for minute in sorted(fields.minutes)]
    if len(times) <= MOST_TIMES:
        return gettext("at %(times)s") % {"times": _listed(times)}
    figures = {"n": len(times), "first": times[0], "last": times[-1]}
    return gettext("%(n)s times a day from %(first)s to %(last)s") % figures


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return gettext("%(most)s and %(last)s") % {"most": ", ".join(most), "last": last} if most else last
