"""The tables of the partners' page. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.reports.names import DEEDS
from analytics.reports.partners import AIMS, LEAST, Comparison, Line, Stand
from analytics.reports.rates import Rate
from analytics.reports.table import Behind, Cell, Column, Kind, Table, table
from analytics.tables.intervals import bounds, interval
from funnels.milestones import Did

STANDS: dict[Stand, Any] = {
    "few": _("too few people"),
    "alike": _("like the others"),
    "above": _("above the others"),
    "below": _("below the others"),
}


@dataclass(frozen=True, slots=True)
class Partner:
    line: Line
    slug: str
    name: str
    address: str
    active: date | None
    roubles: Decimal
    posts: int


def partners(found: Iterable[Partner], aim: Did) -> Table:
    """`aim`: what the interval and the comparison are about."""
    columns = [
        Column("partner", _("Partner")),
        Column("came", DEEDS[Did.CAME], Kind.NUMBER),
        *(Column(deed, DEEDS[deed], Kind.RATE) for deed in AIMS),
        *interval("rate"),
        Column("stand", _("Against the median")),
        Column("active", _("Last activity"), Kind.DAY),
        Column("posts", _("Posts"), Kind.NUMBER),
        Column("roubles", _("AI, roubles"), Kind.MONEY),
    ]
    note = _(
        "Shares of those who came on these days. “At least” and “at most” are about: %(deed)s. A partner with fewer "
        "than %(least)s people is not compared."
    )
    told = {"deed": str(DEEDS[aim]).lower(), "least": LEAST}
    return table("partners", _("Partners"), columns, (_row(one, aim) for one in found), note % told)


def _row(one: Partner, aim: Did) -> list[Any]:
    line = one.line
    return [
        Cell(one.name, address=one.address),
        Cell(line.leads, Behind("cohort", Did.CAME, partner=one.slug)),
        *(Cell(line.rate(deed).value, Behind("cohort", deed, partner=one.slug)) for deed in AIMS),
        *bounds(line.rate(aim)),
        str(STANDS[line.stands[aim]]),
        one.active,
        one.posts,
        one.roubles,
    ]


def medians(report: Comparison) -> Table:
    columns = [
        Column("deed", _("What they did")),
        Column("median", _("Median of the partners"), Kind.RATE),
        Column("all", _("Of all people"), Kind.RATE),
        Column("above", _("Partners above"), Kind.NUMBER),
        Column("below", _("Partners below"), Kind.NUMBER),
    ]
    leads = sum(line.leads for line in report.lines)
    rows = [
        [
            str(DEEDS[aim]),
            report.medians[aim],
            Rate(sum(line.arrived[aim] for line in report.lines), leads),
            sum(line.stands[aim] == "above" for line in report.lines),
            sum(line.stands[aim] == "below" for line in report.lines),
        ]
        for aim in AIMS
    ]
    note = _(
        "Above or below is said only where chance is ruled out for all partners together: in 19 of 20 such tables "
        "nobody is named by chance. Compared are partners with at least %(least)s people: %(n)s."
    )
    return table("medians", _("The network"), columns, rows, note % {"least": LEAST, "n": report.compared})
