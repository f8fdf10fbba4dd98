"""«Incidents»: what is wrong now, what was, and who has it in hand. Begun and ended by rules, never by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from partners import clock
from partners.admin.base import ReadOnlyAdmin
from partners.health import WORDS, Trouble
from partners.incident_texts import incident_texts
from partners.models import Incident
from partners.services import incidents

PER_PAGE = 30
MUTE = timedelta(days=1)
SHOWN_AT_HOME = 5
State = Incident.State
STATES = {"": gettext_lazy("All"), State.OPEN: gettext_lazy("Open"), State.CLOSED: gettext_lazy("Over")}

DEEDS: dict[str, Callable[[Incident, dict[str, Any]], None]] = {
    "take": lambda one, who: incidents.take(incident=one, **who),
    "mute": lambda one, who: incidents.mute(incident=one, until=who["now"] + MUTE, **who),
    "unmute": lambda one, who: incidents.mute(incident=one, until=None, **who),
}


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    def get_urls(self) -> list[Any]:
        own = self.admin_site.admin_view
        return [
            path("fragment/", own(fragment), name="partners_incident_fragment"),
            path("<int:pk>/deed/<slug:deed>/", own(act), name="partners_incident_act"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        values = admin.site.each_context(request) | {"title": _("Incidents")} | _context(request)
        return render(request, "admin/partners/incidents.html", values)


def fragment(request: HttpRequest) -> HttpResponse:
    return render(request, "admin/partners/incident_rows.html", _context(request))


@require_POST
def act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    _may(request, "partners.handle_incident")
    if deed not in DEEDS:
        raise Http404
    incident = get_object_or_404(_told().select_for_update(of=("self",)), pk=pk)
    DEEDS[deed](incident, {"by": request.user.get_username(), "now": clock.now()})
    if request.headers.get("X-Requested-With") == "fetch":
        return fragment(request)
    messages.success(request, _("Noted."))
    return redirect("admin:partners_incident_changelist")


def at_home(request: HttpRequest) -> dict[str, Any]:
    """The newest of those that are open, for the top of the home page."""
    if not request.user.has_perm("partners.view_incident"):
        return {}
    found = Incident.objects.filter(state=State.OPEN).select_related("partner")
    return {"open_incidents": found[:SHOWN_AT_HOME], "open_count": found.count()}


def _told() -> QuerySet[Incident]:
    """What is only suspected is nobody's business yet."""
    return Incident.objects.exclude(times=0)


def _context(request: HttpRequest) -> dict[str, Any]:
    _may(request, "partners.view_incident")
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    search = request.GET.get("q", "").strip()[:64]
    found = _told().select_related("partner__bot").prefetch_related("events")
    open_first = Case(When(state=State.OPEN, then=0), default=1, output_field=IntegerField())
    found = found.order_by(open_first, "-opened_at", "-pk").defer("partner__bot__token")
    if state in (State.OPEN, State.CLOSED):
        found = found.filter(state=State.OPEN) if state == State.OPEN else found.exclude(state=State.OPEN)
    if kind in WORDS:
        found = found.filter(kind=kind)
    if search:
        found = found.filter(partner__name__icontains=search)
    kinds = incident_texts().kinds
    return {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("p")),
        "open": Incident.objects.filter(state=State.OPEN).count(),
        "texts": {key.value: text for key, text in kinds.items()},
        "states": STATES.items(),
        "kinds": [(key.value, WORDS[key]) for key in Trouble],
        "state": state,
        "kind": kind,
        "search": search,
        "may_change": request.user.has_perm("partners.handle_incident"),
        "now": clock.now(),
    }


def _may(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
