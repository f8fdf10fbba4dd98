"""The audit log: to be read, filtered and searched by operators, never changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display

from partners.admin.base import PanelAdmin, ReadOnlyAdmin
from partners.audit_values import as_pairs
from partners.models import AuditEntry

COLOURS = dict.fromkeys(AuditEntry.Action.values) | {
    "add": "success",
    "delete": "danger",
    "login_failed": "warning",
    "login_refused": "danger",
    "factor_off": "danger",
    "factor_failed": "warning",
    "export": "info",
}
SHOWN = 3  # changed fields in a line of the list


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = [model._meta for model in admin.site._registry]
        return sorted(((each.label_lower, str(each.verbose_name)) for each in kinds), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(model=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditAdmin(ReadOnlyAdmin, PanelAdmin):
    list_display = ("at", "actor_name", "shown_action", "what", "changed", "partner", "address")
    list_select_related = ("partner",)
    list_filter = (
        ("action", ChoicesDropdownFilter),
        KindFilter,
        ("partner", AutocompleteSelectFilter),
        ("at", RangeDateFilter),
    )
    search_fields = ("actor_name", "object_name", "=object_id", "=address", "place")
    fields = ("at", "actor_name", "address", "action", "what", "partner", "place", "table")
    readonly_fields = fields
    actions = None

    @display(description=_("action"), ordering="action", label=COLOURS)
    def shown_action(self, entry: AuditEntry) -> tuple[str, str]:
        return entry.action, entry.get_action_display()

    @display(description=_("object"), ordering="object_name")
    def what(self, entry: AuditEntry) -> str | SafeString:
        if not entry.model:
            return entry.place or "—"
        name = f"{_kind(entry.model)}: {entry.object_name}"
        try:
            url = reverse(f"admin:{entry.model.replace('.', '_')}_change", args=[entry.object_id])
        except NoReverseMatch:
            return name
        return format_html('<a class="text-primary-600" href="{}">{}</a>', url, name)

    @display(description=_("changes"))
    def changed(self, entry: AuditEntry) -> str:
        pairs = as_pairs(entry.before, entry.after)
        lines = [f"{_field(entry.model, name)}: {old[:30]} → {new[:30]}" for name, old, new in pairs[:SHOWN]]
        more = [f"+{len(pairs) - SHOWN}"] if len(pairs) > SHOWN else []
        return "; ".join(lines + more)

    @display(description=_("changes"))
    def table(self, entry: AuditEntry) -> SafeString | str:
        rows = [(_field(entry.model, name), old, new) for name, old, new in as_pairs(entry.before, entry.after)]
        if not rows:
            return "—"
        lines = format_html_join("", "<tr><th>{}</th><td>{}</td><td>{}</td></tr>", rows)
        head = format_html("<tr><th></th><th>{}</th><th>{}</th></tr>", _("before"), _("after"))
        return format_html('<table class="panel-table audit-table">{}{}</table>', head, lines)


def _kind(label: str) -> str:
    model = _model(label)
    return str(model._meta.verbose_name) if model else label


def _field(label: str, name: str) -> str:
    model = _model(label)
    found = [field for field in model._meta.concrete_fields if field.name == name] if model else []
    return str(getattr(found[0], "verbose_name", name)) if found else name


def _model(label: str) -> Any:
    return next((model for model in admin.site._registry if model._meta.label_lower == label), None)
