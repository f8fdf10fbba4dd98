from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display

from funnels.admin.version_form import VersionForm
from funnels.admin.version_views import VersionPages, author_of
from funnels.models import FunnelVersion
from funnels.queries import is_superseded
from funnels.services import versions
from partners import clock
from partners.admin.base import PanelAdmin

Status = FunnelVersion.Status


@admin.register(FunnelVersion)
class FunnelVersionAdmin(VersionPages, PanelAdmin):
    form = VersionForm
    change_form_template = "admin/funnels/version.html"
    list_display = ("name", "kind", "for_whom", "shown_status", "note", "author", "created_at", "published_at")
    list_display_links = ("name",)
    list_select_related = ("partner", "author")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("partner", AutocompleteSelectFilter),
        ("status", ChoicesDropdownFilter),
    )
    search_fields = ("key", "note", "partner__name")
    autocomplete_fields = ("partner",)
    ordering = ("-created_at", "-pk")
    actions = None

    class Media:
        js = ("content/editor.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[FunnelVersion]:
        rows: QuerySet[FunnelVersion] = super().get_queryset(request)
        return rows.annotate(is_superseded=is_superseded())

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        changelist.result_list = changelist.result_list.defer("text")
        return changelist

    @display(description=_("version"), ordering="number")
    def name(self, version: FunnelVersion) -> str:
        return str(version)

    @display(description=_("for whom"), ordering="partner__name")
    def for_whom(self, version: FunnelVersion) -> str:
        return str(version.partner or _("the whole network"))

    @display(
        description=_("status"),
        ordering="status",
        label={"draft": "warning", "published": "info", "current": "success"},
    )
    def shown_status(self, version: FunnelVersion) -> tuple[str, str]:
        if version.status == Status.PUBLISHED and not version.is_superseded:  # type: ignore[attr-defined]
            return "current", gettext("published, in force")
        return version.status, version.get_status_display()

    def get_fields(self, request: HttpRequest, obj: FunnelVersion | None = None) -> list[str]:
        return ["note", "text"] if obj else ["kind", "key", "partner", "note", "text"]

    def has_change_permission(self, request: HttpRequest, obj: FunnelVersion | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.status == Status.DRAFT)

    def has_delete_permission(self, request: HttpRequest, obj: FunnelVersion | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.status == Status.DRAFT)

    def save_model(self, request: HttpRequest, obj: FunnelVersion, form: ModelForm[Any], change: bool) -> None:
        if change:
            try:
                versions.edit_draft(version=obj, text=obj.text, note=obj.note)
                return
            except versions.VersionError as refused:
                messages.warning(request, str(refused))
                messages.warning(request, gettext("What you typed is kept in a new draft."))
        saved = versions.save_draft(
            kind=obj.kind,
            key=obj.key,
            text=obj.text,
            partner=obj.partner,
            author=author_of(request),
            now=clock.now(),
            note=obj.note,
        )
        obj.__dict__.update(saved.__dict__)

    def response_add(
        self, request: HttpRequest, obj: FunnelVersion, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self.response_change(request, obj)

    def response_change(self, request: HttpRequest, obj: FunnelVersion) -> HttpResponse:
        """Back to the text, with its problems beside it."""
        mistakes = sum(problem.severity == "error" for problem in versions.problems_of(obj))
        if mistakes:
            messages.warning(
                request, gettext("Saved. Before it can be published, correct the mistakes: %s.") % mistakes
            )
        else:
            messages.success(request, gettext("Saved. There are no mistakes in the text."))
        return redirect("admin:funnels_funnelversion_change", obj.pk)
