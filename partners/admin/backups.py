"""«Backups»: how old the last one is, when one was last proven, and the two buttons. Made and checked by a worker."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partners import clock
from partners.admin.base import ReadOnlyAdmin
from partners.backup_health import backup_health
from partners.models import Backup
from partners.services import backups

PER_PAGE = 30


@admin.register(Backup)
class BackupAdmin(ReadOnlyAdmin):
    def get_urls(self) -> list[Any]:
        own = self.admin_site.admin_view
        return [
            path("fragment/", own(fragment), name="partners_backup_fragment"),
            path("make/", own(make), name="partners_backup_make"),
            path("<int:backup_id>/check/", own(check), name="partners_backup_check"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return page(request)


def page(request: HttpRequest) -> HttpResponse:
    values = admin.site.each_context(request) | {"title": _("Backups")} | _context(request)
    return render(request, "admin/partners/backups.html", values)


def fragment(request: HttpRequest) -> HttpResponse:
    return render(request, "admin/partners/backup_rows.html", _context(request))


@require_POST
def make(request: HttpRequest) -> HttpResponse:
    _may(request, "partners.add_backup")
    backups.ask(by=request.user.get_username(), now=clock.now())
    return _answer(request, _("The backup begins within half a minute."))


@require_POST
def check(request: HttpRequest, backup_id: int) -> HttpResponse:
    _may(request, "partners.add_backup")
    asked = backups.ask_check(backup=get_object_or_404(Backup, pk=backup_id))
    return _answer(request, _("The check begins within half a minute.") if asked else _("There is nothing to check."))


def _context(request: HttpRequest) -> dict[str, Any]:
    _may(request, "partners.view_backup")
    now = clock.now()
    whole = Backup.objects.filter(state=Backup.State.DONE)
    sizes = list(whole.values_list("bytes", flat=True))
    return {
        "health": backup_health(now),
        "page": Paginator(Backup.objects.all(), PER_PAGE).get_page(request.GET.get("p")),
        "kept": len(sizes),
        "bytes": sum(sizes),
        "busy": Backup.objects.filter(state__in=[Backup.State.WANTED, Backup.State.RUNNING]).exists(),
        "encrypts": bool(settings.BACKUP_PUBLIC_KEYS),
        "hour": settings.BACKUP_HOUR,
        "may_make": request.user.has_perm("partners.add_backup"),
        "now": now,
    }


def _answer(request: HttpRequest, sentence: str) -> HttpResponse:
    if request.headers.get("X-Requested-With") == "fetch":
        return fragment(request)
    messages.success(request, sentence)
    return redirect("admin:partners_backup_changelist")


def _may(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
