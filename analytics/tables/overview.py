"""The overview's tables. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.periods import Period
from analytics.reports.names import DEEDS
from analytics.reports.overview import Overview
from analytics.reports.rates import Rate
from analytics.reports.table import Behind, Cell, Column, Kind, Table, table
from funnels.milestones import Did

BY_DAY = (Did.CAME, Did.PRODUCT, Did.SHOP, Did.CONTACT, Did.HOT, Did.ORDERED)
TOP = (Did.CAME, Did.CONTACT, Did.ORDERED)
MOST_TOP = 10
MOST_DAYS = 92  # of a longer period weeks are shown
DAY = timedelta(days=1)

ONCE = _("Each person is counted once, on the day when it happened for the first time.")
OF_THOSE_WHO_CAME = _("Of those who came on these days: how many have done it until now, whenever.")


def figures(report: Overview) -> Table:
    return table(
        "figures",
        _("Figures"),
        [
            Column("deed", _("What happened")),
            Column("people", _("People"), Kind.NUMBER),
            Column("before", _("Previous period"), Kind.NUMBER),
            Column("change", _("Difference"), Kind.CHANGE),
        ],
        [
            (str(DEEDS[deed]), Cell(figure.now, Behind("deed", deed)), figure.before, figure.change)
            for deed, figure in report.deeds.items()
        ],
        ONCE,
    )


def path(report: Overview) -> Table:
    return table(
        "path",
        _("The path of those who came"),
        [
            Column("deed", _("Step")),
            Column("people", _("People"), Kind.NUMBER),
            Column("rate", _("Of those who came"), Kind.RATE),
            Column("before", _("Previous period"), Kind.RATE),
        ],
        [
            (str(DEEDS[deed]), Cell(people, Behind("arrived", deed)), report.rate(deed), report.rate_before(deed))
            for deed, people in report.path
        ],
        OF_THOSE_WHO_CAME,
    )


def days(period: Period, people: Mapping[tuple[date, str], int]) -> Table:
    """`people`: by day and deed. Days on which nothing happened are there, too."""
    is_by_week = period.days > MOST_DAYS
    rows: list[Sequence[Any]] = []
    for part in _parts(period, 7 if is_by_week else 1):
        during = [part.first + number * DAY for number in range(part.days)]
        counted = [(deed, sum(people.get((day, deed), 0) for day in during)) for deed in BY_DAY]
        rows.append([part.first, *(Cell(sum_, Behind("deed", deed, days=str(part))) for deed, sum_ in counted)])
    first: Any = _("Week from") if is_by_week else _("Day")
    columns = [Column(deed, DEEDS[deed], Kind.NUMBER) for deed in BY_DAY]
    title: Any = _("By week") if is_by_week else _("By day")
    return table("days", title, [Column("day", first, Kind.DAY), *columns], rows, ONCE)


def _parts(period: Period, length: int) -> Iterator[Period]:
    """The first one may be shorter: a short last one would look like a fall."""
    first, last = period.first, period.first + ((period.days - 1) % length) * DAY
    while last <= period.last:
        yield Period(first, last)
        first, last = last + DAY, last + length * DAY


def top_links(people: Mapping[tuple[str, str], int], names: Mapping[str, str]) -> Table:
    """`people`: by link and deed. `names`: of the links; one without is that of whoever came without a link."""
    rows = [
        (
            names.get(link, str(_("Without a link"))),
            *(Cell(people.get((link, deed), 0), Behind("first_link", link, deed)) for deed in TOP),
            Rate(people.get((link, Did.CONTACT), 0), people.get((link, Did.CAME), 0)),
        )
        for link in dict.fromkeys(link for link, _deed in people)
    ]
    return _top(_("Where they came from"), Column("link", _("Link")), rows)


def top_partners(people: Mapping[tuple[int, str], int], partners: Mapping[int, tuple[str, str]]) -> Table:
    """`people`: of each partner by deed. `partners`: slug and name."""
    rows = [
        (
            name,
            *(Cell(people.get((pk, deed), 0), Behind("arrived", deed, partner=slug)) for deed in TOP),
            Rate(people.get((pk, Did.CONTACT), 0), people.get((pk, Did.CAME), 0)),
        )
        for pk, (slug, name) in partners.items()
        if people.get((pk, Did.CAME), 0)
    ]
    return _top(_("The partners with the most people"), Column("partner", _("Partner")), rows)


def _top(title: Any, first: Column, rows: list[Any]) -> Table:
    columns = [Column(deed, DEEDS[deed], Kind.NUMBER) for deed in TOP]
    rate = Column("rate", _("Contact, of those who came"), Kind.RATE)
    found = table("top", title, [first, *columns, rate], rows, OF_THOSE_WHO_CAME).sorted_by(f"-{Did.CAME}")
    return replace(found, rows=found.rows[:MOST_TOP])
