from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import action, display

from botrunner.models import InboxUpdate
from botrunner.services.again import handle_again
from partners import clock
from partners.admin.base import PanelAdmin
from partners.templatetags.panel import redacted


@admin.register(InboxUpdate)
class SetAsideAdmin(PanelAdmin):
    """Updates that could not be handled. What a lead wrote in them is not shown."""

    list_display = ("update_id", "partner", "why", "received_at", "failed_at")
    list_select_related = ("partner",)
    list_filter = (("partner", AutocompleteSelectFilter),)
    search_fields = ("=update_id", "error")
    ordering = ("-failed_at",)
    fields = ("update_id", "partner", "why", "received_at", "handled_at", "failed_at")
    readonly_fields = fields
    actions = ("try_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxUpdate]:
        updates: QuerySet[InboxUpdate] = super().get_queryset(request)
        return updates.filter(failed_at__isnull=False).defer("payload", "replies")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is edited; the permission is for the action."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @display(description=_("error"))
    def why(self, update: InboxUpdate) -> str:
        return redacted(update.error)

    @action(description=_("Handle again"), permissions=["change"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[InboxUpdate]) -> None:
        count = handle_again(ids=list(queryset.values_list("pk", flat=True)), now=clock.now())
        done = ngettext("%(n)s update waits again.", "%(n)s updates wait again.", count) % {"n": count}
        messages.success(request, done + " " + gettext("Their bots start anew and take them."))
