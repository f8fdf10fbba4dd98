from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from analytics.queries import funnel as queries
from analytics.queries.tallies import versions_entered
from analytics.queries.versions import titles_of, versions
from analytics.reports.funnel import Funnel, Screen
from analytics.reports.table import Table
from analytics.tables import funnel as shown
from analytics.tables.funnel import Version
from analytics.views.asked import Asked
from analytics.views.pages import Page

PICTURED = 20  # screens; the table has all


@dataclass(frozen=True, slots=True)
class Bar:
    title: str
    screen: Screen
    row: Any  # of the table


def page(asked: Asked) -> Page:
    entered = versions_entered(asked.whose, asked.period)
    known, asked_for = _known(asked, entered), asked.number("version")
    chosen = next((one for one in known if one.pk == asked_for), known[0] if known else None)
    problems = (_("There is no such version: choose one below."),) if _is_unknown(asked, chosen) else ()
    version = chosen.pk if chosen else 0
    report = queries.funnel(asked.whose, asked.period, version, entered[version])
    titles = titles_of(chosen.pk) if chosen else {}
    screens = shown.screens(report, titles)
    context = {
        "report": report,
        "bars": _bars(report, screens),
        "chosen": chosen,
        "problems": problems,
    }
    tables = (screens, shown.ways(report, titles), shown.versions(known))
    return Page("funnel", _("Funnel"), tables, context, keeps=("version",))


def _known(asked: Asked, entered: Counter[int]) -> list[Version]:
    """The one that most people saw comes first."""
    found = versions(entered, asked.number("version"))
    return [replace(one, address=asked.query(version=one.pk)) for one in found]


def _is_unknown(asked: Asked, chosen: Version | None) -> bool:
    return bool(asked.get.get("version")) and (chosen is None or chosen.pk != asked.number("version"))


def _bars(report: Funnel, screens: Table) -> list[Bar]:
    pairs = zip(report.screens, screens.rows, strict=True)
    return [Bar(str(row[0].value), screen, row) for screen, row in pairs][:PICTURED]
