"""The regression set: questions whose answers must survive every change of the knowledge base."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display

from content.models import RegressionQuestion
from content.services.regression import masked
from partners import clock
from partners.admin.base import PanelAdmin


class RegressionForm(ModelForm):  # type: ignore[type-arg]  # a generic only for mypy
    def clean_text(self) -> str:
        return masked(self.cleaned_data["text"])


@admin.register(RegressionQuestion)
class RegressionQuestionAdmin(PanelAdmin):
    form = RegressionForm
    list_display = ("question", "expected", "document", "for_whom", "added_at")
    list_select_related = ("partner", "document")
    list_filter = (
        ("expected", ChoicesDropdownFilter),
        ("partner", AutocompleteSelectFilter),
        ("document", AutocompleteSelectFilter),
    )
    search_fields = ("text", "document__title")
    autocomplete_fields = ("partner", "document")
    fields = ("text", "expected", "document", "partner")

    @display(description=_("question"), ordering="text")
    def question(self, row: RegressionQuestion) -> str:
        return str(row)

    @display(description=_("for whom"), ordering="partner__name")
    def for_whom(self, row: RegressionQuestion) -> str:
        return str(row.partner or _("the whole network"))

    def save_model(self, request: HttpRequest, obj: RegressionQuestion, form: ModelForm[Any], change: bool) -> None:
        if not change:
            obj.added_at, obj.added_by_id = clock.now(), request.user.pk
        super().save_model(request, obj, form, change)
