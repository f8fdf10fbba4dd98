"""The frame of every page: who may see it, its filters, its tables as HTML, CSV or XLSX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from analytics.exports import csv_file, xlsx_file
from analytics.periods import NAMED
from analytics.queries.tallies import counted_at
from analytics.reports.names import PERIODS
from analytics.reports.table import Table
from analytics.views.asked import Asked, asked_of
from analytics.views.menu import entries
from partners import clock
from partners.models import Partner

MAY_SEE = "analytics.view_report"


@dataclass(frozen=True, slots=True)
class Page:
    """`name` is that of its template and of its file; what is in `tables` can be sorted and exported; `keeps`: names
    of the address that stay when the period or the partner changes.
    """

    name: str
    title: Any
    tables: tuple[Table, ...]
    context: Mapping[str, Any] = field(default_factory=dict)
    keeps: tuple[str, ...] = ()


View = Callable[[HttpRequest], HttpResponse]


def page(build: Callable[[Asked], Page], *needs: str) -> View:
    """`needs`: permissions beside MAY_SEE. Without them there is no such page."""

    @wraps(build)
    def view(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perms([MAY_SEE, *needs]):
            raise Http404
        asked = asked_of(request, clock.now())
        return _answer(request, asked, _sorted(build(asked), request.GET.get("sort", "")))

    guarded: View = admin.site.admin_view(view)
    return guarded


def _sorted(built: Page, sort: str) -> Page:
    """«days:-came»: the table and its column."""
    key, _colon, column = sort.partition(":")
    tables = tuple(table.sorted_by(column) if table.key == key else table for table in built.tables)
    return replace(built, tables=tables)


def _answer(request: HttpRequest, asked: Asked, built: Page) -> HttpResponse:
    match request.GET.get("format", ""):
        case "csv":
            return _file(asked, built, "csv", csv_file.TYPE, csv_file.csv_file(_chosen(request, built)))
        case "xlsx":
            sheets = _chosen(request, built)
            return _file(asked, built, "xlsx", xlsx_file.TYPE, xlsx_file.xlsx_file(sheets, _about(asked, built)))
        case _:
            return render(request, f"analytics/{built.name}.html", _context(request, asked, built))


def _chosen(request: HttpRequest, built: Page) -> tuple[Table, ...]:
    """One table of the page, or all of them."""
    key = request.GET.get("table", "")
    return tuple(table for table in built.tables if table.key == key) or built.tables


def _file(asked: Asked, built: Page, extension: str, content_type: str, content: bytes) -> HttpResponse:
    whose = asked.partner.slug if asked.partner else "network"
    name = f"curator-{built.name}-{whose}-{asked.period.first}-{asked.period.last}.{extension}"
    return HttpResponse(content, content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _about(asked: Asked, built: Page) -> list[tuple[str, str]]:
    days = f"{asked.period.first:%d.%m.%Y} – {asked.period.last:%d.%m.%Y}"
    return [
        (_("Page"), str(built.title)),
        (_("Partner"), str(asked.partner or _("the whole network"))),
        (_("Days that were counted"), f"{days}, {asked.zone.key}"),
        (_("Exported"), f"{asked.now:%d.%m.%Y %H:%M}"),
        (_("People"), _("Each person is counted once, on the day when it happened for the first time.")),
    ]


def _context(request: HttpRequest, asked: Asked, built: Page) -> dict[str, Any]:
    kept = asked.kept(built.keeps)
    partners = Partner.objects.order_by("name").values_list("slug", "name") if asked.may_choose else []
    return {
        **admin.site.each_context(request),
        "title": built.title,
        "subtitle": _("Statistics"),
        "page": built,
        "tables": {table.key: table for table in built.tables},
        "asked": asked,
        "periods": [(name, PERIODS[name], _with_period(asked, name, kept)) for name in NAMED],
        "kept": kept,
        "partners": list(partners),
        "menu": entries(asked, built.name),
        "counted_at": counted_at(),
        "now": asked.now,
        **built.context,
    }


def _with_period(asked: Asked, name: str, kept: Mapping[str, str]) -> str:
    return asked.query(**{"period": name, "from": None, "to": None, **kept})
