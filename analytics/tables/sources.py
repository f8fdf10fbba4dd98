"""The tables of the sources' page. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.reports.names import DEEDS
from analytics.reports.sources import PARTS, Part, Source, Sources
from analytics.reports.table import Behind, Cell, Column, Kind, Rows, Table, table
from analytics.tables.intervals import bounds, interval
from analytics.tallying import LINKED
from funnels.milestones import NO_LINK, Did

AIMS = LINKED[1:]
TITLES = {"link": _("Link"), "campaign": _("Campaign"), "material": _("Material"), "author": _("Author")}
PARTNER = _("Partner")
WITHOUT = {
    "link": _("Without a link"),
    "campaign": _("No campaign is named"),
    "material": _("No material is named"),
    "author": _("No author is named"),
}


def sources(report: Sources, part: Part, aim: Did, *, with_partner: bool) -> Table:
    """`aim`: what the shares are about."""
    named = _named(report, with_partner=with_partner) if part == "link" else []
    columns = [
        Column("source", TITLES[part]),
        *(Column(key, PARTNER if key == "partner" else TITLES[key]) for key in named),
        *(Column(deed, DEEDS[deed], Kind.NUMBER) for deed in LINKED),
        *interval("rate"),
        Column("last_came", _("Last touch: came"), Kind.NUMBER),
        Column("last_did", _("Last touch: %(deed)s") % {"deed": str(DEEDS[aim]).lower()}, Kind.NUMBER),
        Column("last_rate", _("Last touch: share"), Kind.RATE),
    ]
    rows = Rows(report.lines, lambda line: _row(line, part, aim, named))
    note = _(
        "Of those who came on these days, until now. Each person has one first and one last link, so both columns add "
        "up to the overview's people. Share: %(deed)s, by the first link."
    )
    return table("sources", _("Sources"), columns, rows, note % {"deed": str(DEEDS[aim]).lower()})


def _named(report: Sources, *, with_partner: bool) -> list[str]:
    """What is written about the links, of any of them."""
    asked = ["partner"] if with_partner else []
    return asked + [key for key in PARTS[1:] if any(line.named and getattr(line.named, key) for line in report.lines)]


def _row(line: Source, part: Part, aim: Did, named: Sequence[str]) -> list[Any]:
    first = [Cell(line.first[deed], _behind("first_link", line, part, deed)) for deed in LINKED]
    last = [Cell(line.last[deed], _behind("last_link", line, part, deed)) for deed in (Did.CAME, aim)]
    return [
        title(line, part),
        *(getattr(line.named, key) if line.named else "" for key in named),
        *first,
        *bounds(line.rate(aim)),
        *last,
        line.last_rate(aim).value,
    ]


def title(line: Source, part: Part) -> str:
    if line.key is None:
        return str(WITHOUT[part])
    if part != "link":
        return line.key
    return line.named.code if line.named else str(_("a link that was removed (№ %(id)s)") % {"id": line.key})


def _behind(of: str, line: Source, part: Part, deed: Did) -> Behind | None:
    if part != "link":
        return None
    return Behind(of, line.key or NO_LINK, deed)
