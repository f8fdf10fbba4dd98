"""Those who came in one week, followed over the weeks after that. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from analytics.periods import Period
from funnels.milestones import Did

WEEK = timedelta(days=7)
WIDEST = 12  # weeks that are shown


@dataclass(frozen=True, slots=True)
class Cohort:
    """`days`: of the week, those within the period. `did`: how many did it in which week after that, None for a week
    that has not begun; `all`: in those that are not shown, too.
    """

    days: Period
    came: int
    all: int
    did: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Cohorts:
    deed: Did
    weeks: int
    rows: tuple[Cohort, ...]


def cohorts(deed: Did, period: Period, people: Mapping[tuple[date, str, str], int], *, today: date) -> Cohorts:
    """`people`: by the Monday of the week in which they came, deed and the week after that in which they did it."""
    mondays = _mondays(period)
    weeks = min(WIDEST, (today - mondays[0]) // WEEK + 1) if today >= mondays[0] else 0
    rows = [_cohort(deed, monday, period, people, weeks, today) for monday in mondays]
    return Cohorts(deed, weeks, tuple(row for row in rows if row.came))


def _mondays(period: Period) -> list[date]:
    first = period.first - timedelta(days=period.first.weekday())
    return [first + number * WEEK for number in range((period.last - first) // WEEK + 1)]


def _cohort(
    deed: Did, monday: date, period: Period, people: Mapping[tuple[date, str, str], int], weeks: int, today: date
) -> Cohort:
    days = Period(max(monday, period.first), min(monday + WEEK - timedelta(days=1), period.last))
    came, did = (_total(people, monday, key) for key in (Did.CAME, deed))
    weekly = [
        people.get((monday, deed, str(number)), 0) if monday + number * WEEK <= today else None
        for number in range(weeks)
    ]
    return Cohort(days, came, did, tuple(weekly))


def _total(people: Mapping[tuple[date, str, str], int], monday: date, deed: Did) -> int:
    return sum(total for (week, key, _aux), total in people.items() if week == monday and key == deed)
