"""The tables of the funnel's page. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.reports.funnel import Funnel, Screen
from analytics.reports.table import Behind, Cell, Column, Kind, Table, table

ONCE = _("Of those who first saw this version on these days. Each person is counted once on each screen.")


@dataclass(frozen=True, slots=True)
class Version:
    """A text of the funnel and how many people first saw it on the days of the page."""

    pk: int
    name: str
    published: date | None
    partner: str
    entered: int
    address: str


def screens(report: Funnel, titles: Mapping[str, str]) -> Table:
    columns = [
        Column("screen", _("Screen")),
        Column("people", _("People"), Kind.NUMBER),
        Column("share", _("Of those who entered"), Kind.RATE),
        Column("went", _("Went on"), Kind.NUMBER),
        Column("stayed", _("Stayed here"), Kind.NUMBER),
        Column("lost", _("Drop-off"), Kind.RATE),
        Column("pause", _("Median time to the next"), Kind.PAUSE),
        Column("most", _("Most went on to")),
    ]
    rows = (_screen(report, screen, titles) for screen in report.screens)
    return table("screens", _("Screens"), columns, rows, ONCE)


def _screen(report: Funnel, screen: Screen, titles: Mapping[str, str]) -> list[Any]:
    version, step = report.version, screen.step
    most = next(iter(screen.next), "")
    return [
        titles.get(step, step),
        Cell(screen.people, Behind("screen", step, version=version)),
        screen.people / report.entered if report.entered else None,
        Cell(screen.went_on.part, Behind("next", step, version=version)),
        Cell(screen.stayed.part, Behind("stayed", step, version=version)),
        screen.stayed,
        screen.pause,
        titles.get(most, most),
    ]


def ways(report: Funnel, titles: Mapping[str, str]) -> Table:
    columns = [
        Column("screen", _("From the screen")),
        Column("then", _("On to the screen")),
        Column("people", _("People"), Kind.NUMBER),
        Column("share", _("Of those who saw the first one"), Kind.RATE),
    ]
    return table("ways", _("Where they went"), columns, _ways(report, titles), ONCE)


def _ways(report: Funnel, titles: Mapping[str, str]) -> Iterator[list[Any]]:
    for screen in report.screens:
        for then, people in screen.next.items():
            behind = Behind("next", screen.step, then, report.version)
            share = people / screen.people if screen.people else None
            yield [titles.get(screen.step, screen.step), titles.get(then, then), Cell(people, behind), share]


def versions(known: Iterable[Version]) -> Table:
    columns = [
        Column("version", _("Version")),
        Column("partner", _("Whose")),
        Column("published", _("Published on"), Kind.DAY),
        Column("people", _("First seen by"), Kind.NUMBER),
    ]
    rows = (
        [
            Cell(one.name, address=one.address),
            one.partner or str(_("the whole network")),
            one.published,
            Cell(one.entered, Behind("entered", version=one.pk)),
        ]
        for one in known
    )
    note = _("Numbers of versions are never mixed: choose one.")
    return table("versions", _("Versions of the funnel"), columns, rows, note)
