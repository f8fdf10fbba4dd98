"""The tables of the leads' page. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.reports.cohorts import Cohort, Cohorts
from analytics.reports.names import BANDS, DEEDS
from analytics.reports.quality import Band, Quality
from analytics.reports.table import Behind, Cell, Column, Kind, Table, table
from funnels.milestones import OUTCOMES, Did

DARKEST = 10


def bands(report: Quality) -> Table:
    columns = [Column("band", _("Highest score before an order")), Column("people", _("People"), Kind.NUMBER)]
    for deed in OUTCOMES:
        columns += [
            Column(deed, DEEDS[deed], Kind.NUMBER),
            Column(f"{deed}_rate", _("Share"), Kind.RATE),
            Column(f"{deed}_low", _("at least"), Kind.RATE),
            Column(f"{deed}_high", _("at most"), Kind.RATE),
        ]
    note = _(
        "Of those who came on these days. With a certainty of 95 % the true share is between “at least” and “at most”."
    )
    return table("bands", _("What the score promises"), columns, map(_band, report.bands), note)


def _band(band: Band) -> list[Any]:
    row: list[Any] = [str(BANDS[band.key]), Cell(band.people, Behind("band", band.key, Did.CAME))]
    for deed in OUTCOMES:
        arm, is_empty = band.arm(deed), not band.people
        row.append(Cell(arm.converted, Behind("band", band.key, deed)))
        row += [None] * 3 if is_empty else [arm.rate, arm.interval.low, arm.interval.high]
    return row


def cohorts(report: Cohorts) -> Table:
    columns = [
        Column("week", _("Came in the week from"), Kind.DAY),
        Column("came", DEEDS[Did.CAME], Kind.NUMBER),
        Column("all", DEEDS[report.deed], Kind.NUMBER),
        Column("share", _("Share"), Kind.RATE),
        *(Column(f"w{number}", _week(number), Kind.RATE) for number in range(report.weeks)),
    ]
    shares = [people / row.came for row in report.rows for people in row.did if people]
    rows = [_cohort(row, report.deed, max(shares, default=1)) for row in report.rows]
    note = _("Of those who came in a week: how many did it for the first time in the same week, and in those after it.")
    return table("cohorts", _("Cohorts by week"), columns, rows, note)


def _week(number: int) -> Any:
    return _("week %(n)s") % {"n": number} if number else _("at once")


def _cohort(row: Cohort, deed: Did, highest: float) -> list[Any]:
    days = str(row.days)
    weeks = [_heated(people, number, row, deed, highest) for number, people in enumerate(row.did)]
    came = Cell(row.came, Behind("arrived", Did.CAME, days=days))
    return [row.days.first, came, Cell(row.all, Behind("arrived", deed, days=days)), row.all / row.came, *weeks]


def _heated(people: int | None, number: int, row: Cohort, deed: Did, highest: float) -> Cell:
    if people is None:
        return Cell(None)
    share = people / row.came
    heat = round(DARKEST * share / highest)
    return Cell(share, Behind("cohort", deed, str(number), days=str(row.days)), heat=heat)


def statuses(counted: Iterable[tuple[Any, int, str]]) -> Table:
    """Name, people and the address of their list."""
    columns = [Column("status", _("Status")), Column("people", _("Leads"), Kind.NUMBER)]
    rows = ((str(name), Cell(people, address=address)) for name, people, address in counted)
    return table("statuses", _("By status"), columns, rows, _("Now, whenever they came."))
