"""Tables, charts and figures of the analytics pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from analytics.reports import formats
from analytics.reports.charts import Chart
from analytics.reports.rates import Figure, Rate
from analytics.reports.table import Behind, Cell, Column, Kind, Row, Table
from analytics.views.asked import Asked

register = template.Library()

WHOLE = 1_000  # the width of a bar
UNALIGNED = (Kind.TEXT, Kind.DAY, Kind.MOMENT)
MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class Head:
    title: Any
    css: str
    sort: str
    order: str  # aria-sort


@register.inclusion_tag("analytics/table.html", takes_context=True)
def stat_table(context: Mapping[str, Any], table: Table, level: int = 2, at_once: int = MOST_ROWS) -> dict[str, Any]:
    """`level` of its heading; more rows than `at_once` come by the page, in files they are together."""
    asked: Asked = context["asked"]
    people = People.of(asked)
    which = f"{table.key}-page"  # another table of the page stays where it is
    pages = Paginator(table.rows, at_once).get_page(asked.get.get(which))
    return {
        "table": table,
        "level": level,
        "heads": [_head(context, table, column) for column in table.columns],
        "rows": [_row(row, table.columns, people) for row in pages],
        "pages": pages,
        "earlier": _address(context, **{which: str(pages.number - 1)}) if pages.has_previous() else "",
        "later": _address(context, **{which: str(pages.number + 1)}) if pages.has_next() else "",
        "csv": _address(context, format="csv", table=table.key),
    }


def _head(context: Mapping[str, Any], table: Table, column: Column) -> Head:
    given, is_down = table.sort.lstrip("-") == column.key, table.sort.startswith("-")
    goes_up = is_down if given else column.kind in UNALIGNED
    sort = f"{table.key}:{'' if goes_up else '-'}{column.key}"
    order = ("descending" if is_down else "ascending") if given else "none"
    return Head(column.title, _alignment(column), _address(context, sort=sort), order)


def _alignment(column: Column) -> str:
    return "" if column.kind in UNALIGNED else "is-number"


def _address(context: Mapping[str, Any], **changed: str) -> str:
    get = context["asked"].get.copy()
    for name, value in changed.items():
        get[name] = value
    return "?" + str(get.urlencode())


# Not in a template: a page has thousands of cells, and there each takes ten times as long.
LINK = '<a href="{}">{}</a>'
HEAD, CELL = '<th scope="row" class="{}">{}</th>', '<td class="{}">{}</td>'


def _row(row: Row, columns: Sequence[Column], people: People) -> SafeString:
    first, *rest = zip(row, columns, strict=True)
    cells = format_html_join("", CELL, (_cell(cell, column, people) for cell, column in rest))
    return format_html("<tr>{}{}</tr>", format_html(HEAD, *_cell(*first, people)), cells)


def _cell(cell: Cell, column: Column, people: People) -> tuple[str, str]:
    """Its classes and what is in it."""
    css = _alignment(column) if cell.heat is None else f"{_alignment(column)} heat-{cell.heat}"
    href = cell.address or (people.address(cell.behind) if cell.behind and cell.value else "")
    text = formats.text(cell.value, column.kind)
    return css, format_html(LINK, href, text) if href else text


@dataclass(frozen=True, slots=True)
class People:
    """Where the people behind a number are listed, for those who may see them."""

    path: str
    chosen: Mapping[str, str]

    @classmethod
    def of(cls, asked: Asked) -> People:
        return cls(reverse("analytics:people") if asked.may("partners.view_lead") else "", asked.chosen)

    def address(self, behind: Behind) -> str:
        if not self.path:
            return ""
        query = dict(self.chosen)
        if behind.days:
            query.pop("period", None)
            query["from"], _dots, query["to"] = behind.days.partition("..")
        named = {"of": behind.of, "key": behind.key, "aux": behind.aux, "version": behind.version or ""}
        query |= {name: str(value) for name, value in named.items() if value}
        if behind.partner:
            query["partner"] = behind.partner
        return f"{self.path}?{urlencode(query)}"


@register.inclusion_tag("analytics/chart.html", takes_context=True)
def stat_chart(context: Mapping[str, Any], chart: Chart) -> dict[str, Any]:
    people, columns = People.of(context["asked"]), {column.key: column for column in chart.table.columns}
    label = columns[chart.label]
    series = [_series(chart.table.column(key), columns[key], people) for key in chart.series]
    labels = [formats.short(cell.value, label.kind) for cell in chart.table.column(chart.label)]
    return {"chart": chart, "data": {"shape": chart.shape, "labels": labels, "series": series}}


def _series(cells: list[Cell], column: Column, people: People) -> dict[str, Any]:
    return {
        "name": str(column.title),
        "kind": column.kind,
        "values": [_drawn(cell.value) for cell in cells],
        "texts": [formats.text(cell.value, column.kind) for cell in cells],
        "links": [people.address(cell.behind) if cell.behind and cell.value else "" for cell in cells],
    }


def _drawn(value: Any) -> Any:
    match value:
        case Decimal():
            return float(value)
        case timedelta():
            return value.total_seconds()
        case date() | datetime():
            return value.isoformat()
        case _:
            return value


@register.simple_tag(takes_context=True)
def people_behind(context: Mapping[str, Any], cell: Cell) -> str:
    """The address of the people that the number counts; empty for those who may not see them."""
    return People.of(context["asked"]).address(cell.behind) if cell.behind and cell.value else ""


@register.simple_tag(takes_context=True)
def address(context: Mapping[str, Any], **changed: Any) -> str:
    """This page with the same filters and something else."""
    asked: Asked = context["asked"]
    return asked.query(**changed)


@register.simple_tag(takes_context=True)
def export_address(context: Mapping[str, Any], extension: str) -> str:
    return _address(context, format=extension)


@register.inclusion_tag("analytics/change.html")
def stat_change(figure: Figure, less_is_better: bool = False) -> dict[str, Any]:
    difference = figure.now - figure.before
    tone = "good" if (difference > 0) != less_is_better else "bad"
    return {"words": formats.change(figure), "difference": difference, "tone": tone if difference else ""}


@register.filter
def stat_text(value: Any, kind: str = Kind.TEXT) -> str:
    return formats.text(value.value if isinstance(value, Rate | Cell) else value, Kind(kind))


@register.inclusion_tag("analytics/bar.html")
def stat_bar(part: float, whole: float, css: str = "") -> dict[str, Any]:
    """A bar of `part` of `whole`, drawn without script and style."""
    return {"width": round(WHOLE * part / whole) if whole else 0, "whole": WHOLE, "css": css}


@register.inclusion_tag("analytics/interval.html")
def stat_interval(low: float, rate: float, high: float, highest: float) -> dict[str, Any]:
    """Where the rate is, and where it may be."""
    left, at, right = (round(WHOLE * value / highest) if highest else 0 for value in (low, rate, high))
    return {"low": left, "width": right - left, "at": min(at, WHOLE - 4), "whole": WHOLE}
