"""Ordered pictures: how each went, and why one was not drawn."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display

from content.models import PictureOrder
from partners.admin.base import ReadOnlyAdmin

State = PictureOrder.State


@admin.register(PictureOrder)
class PictureOrderAdmin(ReadOnlyAdmin):
    list_display = ("asked_at", "partner", "how", "sentence", "prompt")
    list_filter = (("state", ChoicesDropdownFilter), ("partner", AutocompleteSelectFilter))
    list_select_related = ("partner",)
    fields = ("asked_at", "partner", "post", "state", "sentence", "prompt", "seed", "operation", "attempts", "due_at")
    readonly_fields = ("sentence",)

    @display(
        description=_("state"),
        ordering="state",
        label={State.WAITING: "info", State.ORDERED: "info", State.DONE: "success", State.FAILED: "danger"},
    )
    def how(self, order: PictureOrder) -> tuple[str, str]:
        return order.state, order.get_state_display()

    @display(description=_("reason"))
    def sentence(self, order: PictureOrder) -> str:
        return order.sentence or "—"
