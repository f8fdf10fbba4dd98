"""Which days a report is about. Pure: «today» is told by the caller, in the zone of whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

LONGEST = 1_100  # days: three years
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)  # the calendar itself ends not much farther on

DAY = timedelta(days=1)


class BadPeriod(ValueError):
    """The text is no period; says what one looks like."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both counted."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def previous(self) -> Period:
        """As many days, right before."""
        return Period(self.first - self.days * DAY, self.first - DAY)

    @property
    def months(self) -> tuple[date, ...]:
        """The first days of the months that lie in it entirely."""
        first, found = _month_after(self.first - DAY), []
        while (then := _month_after(first)) <= self.last + DAY:
            found.append(first)
            first = then
        return tuple(found)

    @property
    def edges(self) -> tuple[Period, ...]:
        """The days outside of `months`."""
        if not (months := self.months):
            return (self,)
        sides = Period(self.first, months[0] - DAY), Period(_month_after(months[-1]), self.last)
        return tuple(side for side in sides if side.first <= side.last)

    def __iter__(self) -> Iterator[date]:
        return (self.first + number * DAY for number in range(self.days))

    def split(self, days: int) -> Iterator[Period]:
        """Into parts of so many days; the last one may be shorter."""
        for first in range(0, self.days, days):
            yield Period(self.first + first * DAY, min(self.first + (first + days - 1) * DAY, self.last))

    def __str__(self) -> str:
        """What `parse` reads."""
        return f"{self.first}..{self.last}"


def _month_after(day: date) -> date:
    """The first day of the next month."""
    return (day.replace(day=1) + 32 * DAY).replace(day=1)


def last_days(count: int, today: date) -> Period:
    return Period(today - (count - 1) * DAY, today)


NAMED: dict[str, Callable[[date], Period]] = {
    "today": lambda today: last_days(1, today),
    "yesterday": lambda today: last_days(1, today - DAY),
    "week": lambda today: last_days(7, today),
    "month": lambda today: last_days(30, today),
    "quarter": lambda today: last_days(91, today),
    "year": lambda today: last_days(365, today),
}


def parse(text: str, *, today: date) -> Period:
    """A name, or «2026-11-01..2026-11-15». Raises BadPeriod."""
    if text in NAMED:
        return NAMED[text](today)
    first, dots, last = text.partition("..")
    try:
        period = Period(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError as error:
        raise BadPeriod(f"“{text[:40]}” is no period: write two days like 2026-11-01..2026-11-15") from error
    if not dots or period.last < period.first:
        raise BadPeriod("The last day comes before the first one")
    if period.first < EARLIEST or period.last > LATEST:
        raise BadPeriod(f"Only days from {EARLIEST} to {LATEST}")
    if period.days > LONGEST:
        raise BadPeriod(f"At most {LONGEST} days")
    return period
