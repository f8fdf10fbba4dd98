"""«Load and reserve»: how much of what each part can carry is used now, and what to do when it gets tight."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from botrunner.capacity.judging import TONES, WORDS
from botrunner.capacity.parts import parts, verdict
from botrunner.services.load import load
from partners import clock
from partners.admin.base import ReadOnlyAdmin
from partners.models import Runner


@admin.register(Runner)
class RunnerAdmin(ReadOnlyAdmin):
    def get_urls(self) -> list[Any]:
        own = self.admin_site.admin_view
        return [path("fragment/", own(fragment), name="partners_runner_fragment"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        values = admin.site.each_context(request) | {"title": _("Load and reserve")} | _context(request)
        return render(request, "admin/botrunner/load.html", values)


def fragment(request: HttpRequest) -> HttpResponse:
    return render(request, "admin/botrunner/load_parts.html", _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    if not request.user.has_perm("partners.view_runner"):
        raise PermissionDenied
    now = clock.now()
    measured, runners = load(now=now)
    found = parts(measured)
    worst = verdict(found)
    return {"parts": found, "runners": runners, "word": WORDS[worst], "tone": TONES[worst], "now": now}
