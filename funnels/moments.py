"""A time as people type it: «25.11 18:30», «завтра в 9», «в пятницу 10:00», «через 2 часа». Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from content.russian import MONTHS_OF

Fault = Literal["unreadable", "no_time", "past"]

DAYS_AHEAD = {"сегодня": 0, "завтра": 1, "послезавтра": 2}
WEEKDAYS = (
    ("понедельник", "пн"), ("вторник", "вт"), ("среду", "среда", "ср"), ("четверг", "чт"),
    ("пятницу", "пятница", "пт"), ("субботу", "суббота", "сб"), ("воскресенье", "вс"),
)  # fmt: skip
WEEK = timedelta(days=7)
HALF_A_YEAR = timedelta(days=183)

_DAY = (
    r"(?P<day>\d{1,2})(?:\.(?P<month>\d{1,2})| (?P<name>[а-я]{3,8}))(?:[. ](?P<year>20\d\d|\d\d)(?!:))?"
    r"|(?:во? )?(?P<word>[а-я]{2,12})"
)
_CLOCK = (
    r"(?:в )?(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?(?: ?(?:ч|час|часа|часов))?"
    r"(?: (?P<half>утра|дня|вечера|ночи))?"
)
_ONLY_DAY = re.compile(_DAY, re.ASCII)
_MOMENT = re.compile(rf"(?:(?:{_DAY}),? )?{_CLOCK}", re.ASCII)
_LATER = re.compile(r"через (?:(?P<count>\d{1,4}) )?(?P<unit>мин|ч|день|дн|недел)[а-я]*", re.ASCII)
_UNITS = {
    "мин": timedelta(minutes=1),
    "ч": timedelta(hours=1),
    "день": timedelta(days=1),
    "дн": timedelta(days=1),
    "недел": WEEK,
}


class Unreadable(ValueError):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def read_moment(text: str, now: datetime) -> datetime:
    """In UTC, after `now`, whose zone is the clock that the person looks at. Raises Unreadable."""
    words = " ".join(text.casefold().replace("ё", "е").split()).rstrip(".! ")
    if later := _LATER.fullmatch(words):
        return _ahead(now.astimezone(UTC) + int(later["count"] or 1) * _UNITS[later["unit"]], now)
    found = _MOMENT.fullmatch(words)
    only = _ONLY_DAY.fullmatch(words)
    if only and _day(only, now) is not None:  # «10.12» is a day, not twelve minutes past ten
        raise Unreadable("no_time")
    if found is None:
        raise Unreadable("unreadable")
    return _moment(found, now)


def _moment(found: re.Match[str], now: datetime) -> datetime:
    clock, day = _clock(found), _day(found, now)
    has_day = found["day"] is not None or found["word"] is not None
    if clock is None or (has_day and day is None):
        raise Unreadable("unreadable")
    moment = datetime.combine(day or now.date(), clock, tzinfo=now.tzinfo)
    if moment <= now and not has_day:
        moment += timedelta(days=1)
    elif moment <= now and _weekday(found["word"]) is not None:
        moment += WEEK
    return _ahead(moment.astimezone(UTC), now)


def _ahead(moment: datetime, now: datetime) -> datetime:
    if moment <= now:
        raise Unreadable("past")
    return moment


def _clock(found: re.Match[str]) -> time | None:
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"] in ("дня", "вечера") and hour < 12:
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(found: re.Match[str], now: datetime) -> date | None:
    if found["day"] is not None:
        return _date(found, now.date())
    ahead = DAYS_AHEAD.get(found["word"] or "")
    weekday = _weekday(found["word"])
    if weekday is not None:
        ahead = (weekday - now.weekday()) % 7
    return None if ahead is None else now.date() + timedelta(days=ahead)


def _date(found: re.Match[str], today: date) -> date | None:
    """Without a year the nearest such day, before or after today."""
    month = int(found["month"]) if found["month"] else _month(found["name"])
    year = int(found["year"] or today.year)
    try:
        day = date(year if year > 99 else 2_000 + year, month, int(found["day"]))
        if not found["year"] and today - day > HALF_A_YEAR:
            return day.replace(year=today.year + 1)
    except ValueError:
        return None
    return day


def _month(name: str) -> int:
    """0 for a word that is no month."""
    return next((at for at, month in enumerate(MONTHS_OF, 1) if len(name) > 2 and month.startswith(name)), 0)


def _weekday(word: str | None) -> int | None:
    return next((at for at, names in enumerate(WEEKDAYS) if word in names), None)
