"""Who stands where in the warm-up sequences: the list of people, and the pages with the progress."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from funnels.admin.sequence_pages import Scope, detail, overview
from funnels.models import Enrollment
from funnels.services import pauses
from funnels.services.sequences import published_sequences
from partners import clock
from partners.admin.base import PartnersRowAdmin, ReadOnlyAdmin
from partners.templatetags.panel import local

PAUSE = "funnels.add_sequencepause"


class SequenceFilter(DropdownFilter):
    title = _("sequence")
    parameter_name = "sequence"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(key, sequence.title) for key, sequence in published_sequences(partner_id=None).items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
        return queryset.filter(sequence=self.value()) if self.value() else queryset


class StepFilter(DropdownFilter):
    """The message before which they stand; known when a sequence is chosen."""

    title = _("next message")
    parameter_name = "step"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        sequence = published_sequences(partner_id=None).get(request.GET.get("sequence", ""))
        return [(step.key, step.title or step.key) for step in sequence.steps] if sequence else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
        return queryset.filter(next_step=self.value()) if self.value() else queryset


@admin.register(Enrollment)
class EnrollmentAdmin(ReadOnlyAdmin, PartnersRowAdmin):
    list_display = ("who", "partner", "named", "shown_state", "next_message", "at", "entered", "why")
    list_display_links = ("who",)
    list_select_related = ("partner", "lead")
    list_filter = (
        ("partner", AutocompleteSelectFilter),
        SequenceFilter,
        StepFilter,
        ("state", ChoicesDropdownFilter),
        ("exit_reason", ChoicesDropdownFilter),
    )
    search_fields = ("lead__first_name", "lead__last_name", "lead__username")
    ordering = ("-entered_at", "-pk")
    actions = None

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path("sequences/", self._page(self.overview), name="funnels_sequences"),
            path("sequences/<slug:key>/", self._page(self.detail), name="funnels_sequence"),
            path("sequences/<slug:key>/pause/", self._page(require_POST(self.pause)), name="funnels_sequence_pause"),
        ]
        return [*pages, *super().get_urls()]

    def _page(self, view: Any) -> Any:
        def page(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            response: HttpResponse = view(request, **kwargs)
            return response

        return self.admin_site.admin_view(page)

    def overview(self, request: HttpRequest) -> HttpResponse:
        scope = Scope.of(request)
        return self._render(request, "sequences", {"title": _("Sequences"), **overview(scope)})

    def detail(self, request: HttpRequest, key: str) -> HttpResponse:
        scope = Scope.of(request)
        values = detail(scope, key)
        return self._render(request, "sequence", {"title": values["sequence"].title, **values})

    def pause(self, request: HttpRequest, key: str) -> HttpResponse:
        """For one partner or, without one, for all of them."""
        if not request.user.has_perm(PAUSE):
            raise PermissionDenied
        scope, now = Scope.of(request), clock.now()
        if key not in published_sequences(partner_id=scope.partner_id):
            raise Http404
        reason, rests = request.POST.get("reason", "").strip()[:200], request.POST.get("action") == "pause"
        if scope.partner_id is not None:
            one: dict[str, Any] = {"partner_id": scope.partner_id, "sequence": key, "now": now}
            number = int(pauses.pause(**one, reason=reason) if rests else pauses.resume(**one))
        elif rests:
            number = pauses.pause_everywhere(sequence=key, now=now, reason=reason)
        else:
            number = pauses.resume_everywhere(sequence=key, now=now)
        said = _paused(number) if rests else _resumed(number)
        messages.success(request, said)
        return redirect(f"{reverse('admin:funnels_sequence', args=[key])}{scope.query}")

    def _render(self, request: HttpRequest, page: str, values: dict[str, Any]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "now": clock.now(),
            "may_pause": request.user.has_perm(PAUSE),
            **values,
        }
        return TemplateResponse(request, f"admin/funnels/{page}.html", context)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The lead's page tells everything about it."""
        row: Enrollment | None = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        return redirect("admin:partners_lead_change", row.lead_id)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        sequences = published_sequences(partner_id=None)
        for row in changelist.result_list:
            sequence = sequences.get(row.sequence)
            row.title = sequence.title if sequence else row.sequence
            titles = {step.key: step.title for step in sequence.steps} if sequence else {}
            row.step_title = titles.get(row.next_step) or row.next_step
        return changelist

    @display(description=_("lead"), ordering="lead__first_name")
    def who(self, row: Enrollment) -> str:
        return str(row.lead)

    @display(description=_("sequence"), ordering="sequence")
    def named(self, row: Enrollment) -> str:
        return str(row.title)  # type: ignore[attr-defined]  # put there by get_changelist_instance

    @display(
        description=_("state"),
        ordering="state",
        label={"active": "info", "frozen": "warning", "finished": "success", "left": None},
    )
    def shown_state(self, row: Enrollment) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description=_("next message"), ordering="next_step")
    def next_message(self, row: Enrollment) -> str:
        return row.step_title or "—"  # type: ignore[attr-defined]

    @display(description=_("planned"), ordering="fire_at")
    def at(self, row: Enrollment) -> str:
        return f"{local(row.fire_at, row.partner):%d.%m %H:%M}" if row.fire_at else "—"

    @display(description=_("entered"), ordering="entered_at")
    def entered(self, row: Enrollment) -> str:
        return f"{local(row.entered_at, row.partner):%d.%m.%Y}"

    @display(description=_("why it ended"), ordering="exit_reason")
    def why(self, row: Enrollment) -> str:
        return row.get_exit_reason_display() or "—"


def _paused(number: int) -> str:
    said = ngettext(
        "Paused for %(n)s partner. Nobody loses a place.", "Paused for %(n)s partners. Nobody loses a place.", number
    )
    return said % {"n": number}


def _resumed(number: int) -> str:
    said = ngettext(
        "It goes on for %(n)s partner, with what was left of every delay.",
        "It goes on for %(n)s partners, with what was left of every delay.",
        number,
    )
    return said % {"n": number}
