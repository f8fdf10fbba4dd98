from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, TextFilter

from content.models import OutboxMessage
from content.outbox.words import REASONS, reason_words


class SourceFilter(TextFilter):
    """Exactly one source, as the links of other pages name it."""

    title = _("source, like broadcast:12")
    parameter_name = "source"

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        return queryset.filter(source=self.value()) if self.value() else queryset


class ReasonFilter(DropdownFilter):
    title = _("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Also a sentence of Telegram's, when a link asks for it."""
        asked = self.value()
        return [(code, reason_words(code)) for code in dict.fromkeys([*REASONS, *filter(None, [asked])])]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        return queryset.filter(reason=self.value()) if self.value() else queryset
