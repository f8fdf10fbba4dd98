"""How posts did: what the partner sees by /analytics, for everybody whose rows the login may see."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from content.models import PostNumbers
from content.posts.links import title_of
from content.posts.measures import MEASURES
from content.queries.post_numbers import Line, last_days, lines, total
from partners import clock
from partners.access import sees_all_partners
from partners.admin.base import ReadOnlyAdmin

PER_PAGE = 50
PERIODS = (7, 30, 90)
TITLES = {"reactions": _("reactions"), "clicks": _("clicks"), "comments": _("comments")}


@admin.register(PostNumbers)
class PostNumbersAdmin(ReadOnlyAdmin):
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        days = next((days for days in PERIODS if request.GET.get("days") == str(days)), PERIODS[0])
        by = next((measure for measure in MEASURES if request.GET.get("by") == measure), None)
        now = clock.now()
        found = last_days(days, today=timezone.localdate(now))
        page = Paginator(found.ordered(by), PER_PAGE).get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Numbers of posts"),
            "opts": self.opts,
            "total": total(found),
            "page": page,
            "rows": [_row(line) for line in lines(page.object_list, now)],
            "days": days,
            "periods": PERIODS,
            "by": by or "",
            "measures": TITLES.items(),
            "shows_partner": sees_all_partners(request.user),
        }
        return TemplateResponse(request, "admin/content/post_numbers.html", context)


def _row(line: Line) -> dict[str, Any]:
    cells = [(TITLES[measure], line.now.of(measure), line.growth(measure)) for measure in MEASURES]
    signs = list(line.now.by_emoji.items())[:5]
    return {"post": line.post, "title": title_of(line.post.text), "cells": cells, "signs": signs}
