"""«Заявки»: what came in by /join/ or from a file, and the decision about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from partners import clock
from partners.admin.base import PanelAdmin
from partners.audit_values import snapshot
from partners.models import Application, AuditEntry
from partners.onboarding.answers import problems_of, shown, slug_of
from partners.onboarding.sections import QUESTIONS, SECTIONS
from partners.services import applications
from partners.services.application_status import status_behind_the_door
from partners.templatetags.panel import ago
from partners.witness import note

CHANGE = "admin:partners_application_change"
State = Application.State
COLOURS = {State.DRAFT: None, State.SUBMITTED: "info", State.APPROVED: "success", State.REJECTED: "danger"}


@admin.register(Application)
class ApplicationAdmin(PanelAdmin):
    list_display = ("who", "contact", "bot", "shown_state", "missing", "changed")
    list_filter = (("state", ChoicesDropdownFilter),)
    search_fields = ("answers__name", "answers__contact", "bot_username")
    ordering = ("-changed_at", "-pk")
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Abandoned and rejected ones go by themselves."""
        return False

    @display(description=_("applicant"), ordering="answers__name")
    def who(self, row: Application) -> str:
        return str(row)[:80]

    @display(description=_("Telegram contact"))
    def contact(self, row: Application) -> str:
        return str(row.answers.get("contact", ""))[:64] or "—"

    @display(description=_("bot"), ordering="bot_username")
    def bot(self, row: Application) -> str:
        return f"@{row.bot_username}" if row.bot_username else "—"

    @display(description=_("state"), ordering="state", label=COLOURS)
    def shown_state(self, row: Application) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description=_("missing"))
    def missing(self, row: Application) -> str:
        if row.state in (State.APPROVED, State.REJECTED):
            return "—"
        return str(len(problems_of(row)) or "—")

    @display(description=_("changed"), ordering="changed_at")
    def changed(self, row: Application) -> str:
        return ago(row.changed_at, clock.now())

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:object_id>/live/", wrap(self.live), name="partners_application_live"),
            path("<int:object_id>/decide/", wrap(self.decide), name="partners_application_decide"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST":
            raise PermissionDenied
        return self._page(request, self._row(request, object_id))

    def live(self, request: HttpRequest, object_id: int) -> HttpResponse:
        status = status_behind_the_door(self._row(request, object_id))
        return render(request, "admin/partners/application_live.html", {"status": status, "now": clock.now()})

    def decide(self, request: HttpRequest, object_id: int) -> HttpResponse:
        row = self._row(request, object_id)
        act = ACTS.get(request.POST.get("do", ""))
        if request.method != "POST" or act is None:
            raise Http404
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        try:
            done = act(request, row)
        except applications.Refused as refused:
            messages.error(request, str(refused))
            return redirect(CHANGE, object_id)
        if done.startswith(settings.PUBLIC_URL):  # a link that cannot be read again
            return self._page(request, self._row(request, object_id), link=done)
        messages.success(request, done)
        return redirect(CHANGE, object_id)

    def _row(self, request: HttpRequest, object_id: str | int) -> Application:
        row: Application | None = self.get_object(request, str(object_id))
        if row is None or not self.has_view_permission(request):
            raise Http404
        return row

    def _page(self, request: HttpRequest, row: Application, link: str = "") -> HttpResponse:
        decided = row.state in (State.APPROVED, State.REJECTED)
        problems = {} if decided else problems_of(row)
        sections = [
            (section, [(asked, shown(asked, row), problems.get(asked.name, "")) for asked in section.questions])
            for section in SECTIONS
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": str(row),
            "opts": self.opts,
            "original": row,
            "application": row,
            "sections": sections,
            "problems": problems,
            "consents": [
                (QUESTIONS[name].label, given["version"], datetime.fromisoformat(given["at"]))
                for name, given in row.consents.items()
            ],
            "slug": slug_of(row),
            "link": link,
            "status": status_behind_the_door(row) if row.partner_key else None,
            "may_decide": self.has_change_permission(request, row) and not decided,
            "may_link": self.has_change_permission(request, row) and row.state != State.REJECTED,
            "now": clock.now(),
        }
        return TemplateResponse(request, "admin/partners/application.html", context)


def _approve(request: HttpRequest, row: Application) -> str:
    slug = request.POST.get("slug", "").strip()
    by: Any = request.user
    partner = applications.approve(application_id=row.pk, slug=slug, by=by, now=clock.now())
    note(request, AuditEntry.Action.ADD, partner, after=snapshot(partner))
    note(request, AuditEntry.Action.CHANGE, row, before=snapshot(row), after=snapshot(_fresh(row)))
    return gettext("Approved: the bot is being started and tested, watch it below.")


def _fresh(row: Application) -> Application:
    return Application.objects.get(pk=row.pk)


def _reject(request: HttpRequest, row: Application) -> str:
    reason = request.POST.get("reason", "")
    by: Any = request.user
    applications.reject(application_id=row.pk, reason=reason, by=by, now=clock.now())
    return gettext("Rejected: the applicant sees the reason under their link.")


def _correct(request: HttpRequest, row: Application) -> str:
    applications.ask_to_correct(application_id=row.pk, note=request.POST.get("note", ""), now=clock.now())
    return gettext("The form is open again, with your note on top.")


def _link(request: HttpRequest, row: Application) -> str:
    link = applications.replace_link(application_id=row.pk, now=clock.now())
    return settings.PUBLIC_URL + reverse("join:overview", args=[link])


ACTS: dict[str, Callable[[HttpRequest, Application], str]] = {
    "approve": _approve,
    "reject": _reject,
    "correct": _correct,
    "link": _link,
}
