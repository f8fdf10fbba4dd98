from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import action, display

from content.admin import outbox_pages
from content.admin.outbox_filters import ReasonFilter, SourceFilter
from content.markup import visible
from content.models import OutboxMessage
from content.outbox.tally import Tally, tally
from content.outbox.words import APPLICATIONS, INCIDENTS, reason_words, source_words
from partners import clock
from partners.access import is_operator, membership_of
from partners.admin.base import PartnersRowAdmin, ReadOnlyAdmin
from partners.templatetags.panel import ago, redacted

State = OutboxMessage.State
COLOURS = {
    State.QUEUED: "info",
    State.HELD: "warning",
    State.SENDING: "info",
    State.SENT: "success",
    State.FAILED: "danger",
    State.SKIPPED: None,
    State.UNKNOWN: "danger",
}


@admin.register(OutboxMessage)
class OutboxAdmin(ReadOnlyAdmin, PartnersRowAdmin):
    """The text of a message is shown only on its own page, to those who may see contacts: cards repeat them."""

    list_display = (
        "number",
        "partner",
        "to_whom",
        "lane",
        "shown_source",
        "shown_state",
        "why",
        "promised",
        "finished",
    )
    list_display_links = ("number", "to_whom")
    list_select_related = ("partner", "lead")
    list_filter = (
        ("partner", AutocompleteSelectFilter),
        ("state", ChoicesDropdownFilter),
        ("lane", ChoicesDropdownFilter),
        SourceFilter,
        ReasonFilter,
    )
    search_fields = ("=chat_id", "lead__first_name", "lead__last_name", "lead__username")
    ordering = ("-pk",)
    actions = ("send_again", "drop")
    list_before_template = "admin/content/outbox_list.html"

    def get_urls(self) -> list[Any]:
        overview = path(
            "overview/",
            self.admin_site.admin_view(outbox_pages.overview_page),
            name="content_outboxmessage_overview",
        )
        return [overview, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxMessage]:
        messages: QuerySet[OutboxMessage] = super().get_queryset(request)
        if not is_operator(request.user):
            messages = messages.exclude(source__in=(INCIDENTS, APPLICATIONS))
        return messages.defer("payload")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"tally": tally_of(request), "source": source_words(request.GET.get("source", ""))}
        response: HttpResponse = super().changelist_view(request, context | (extra_context or {}))
        return response

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        message: OutboxMessage | None = self.get_object(request, object_id)
        if message is None or not self.has_view_permission(request, message):
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": str(message),
            "opts": self.opts,
            "original": message,
            "message": message,
            "source": source_words(message.source),
            "why": shown_reason(message),
            "text": visible(message.payload["text"]) if request.user.has_perm("partners.view_contact") else None,
            "may_decide": self.may_decide(request) and is_undecided(message),
        }
        return TemplateResponse(request, "admin/content/outbox_message.html", context)

    def may_decide(self, request: HttpRequest) -> bool:
        return request.user.has_perm("content.change_outboxmessage")

    has_decide_permission = may_decide

    @action(description=_("Send again…"), permissions=["decide"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> HttpResponse | None:
        return outbox_pages.decide(self, request, queryset, "send_again")

    @action(description=_("Do not send…"), permissions=["decide"])
    def drop(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> HttpResponse | None:
        return outbox_pages.decide(self, request, queryset, "drop")

    @display(description="№", ordering="pk")
    def number(self, message: OutboxMessage) -> int:
        return message.pk

    @display(description=_("to whom"))
    def to_whom(self, message: OutboxMessage) -> str:
        return str(message.lead) if message.lead and not message.is_card else f"id {message.chat_id}"

    @display(description=_("promised by"), ordering="source")
    def shown_source(self, message: OutboxMessage) -> SafeString | str:
        if not message.source:
            return "—"
        query = urlencode([("partner__id__exact", str(message.partner_id)), ("source", message.source)])
        return format_html('<a href="?{}">{}</a>', query, source_words(message.source))

    @display(description=_("state"), ordering="state", label=COLOURS)
    def shown_state(self, message: OutboxMessage) -> tuple[str, str]:
        return message.state, message.get_state_display()

    @display(description=_("reason"), ordering="reason")
    def why(self, message: OutboxMessage) -> str:
        return shown_reason(message)

    @display(description=_("promised"), ordering="created_at")
    def promised(self, message: OutboxMessage) -> str:
        return ago(message.created_at, clock.now())

    @display(description=_("finished"), ordering="finished_at")
    def finished(self, message: OutboxMessage) -> str:
        return ago(message.finished_at, clock.now())


def is_undecided(message: OutboxMessage) -> bool:
    """Of a post its own page decides."""
    return message.state in (State.UNKNOWN, State.FAILED) and message.lane != OutboxMessage.Lane.POST


def shown_reason(message: OutboxMessage) -> str:
    return redacted(reason_words(message.reason)) if message.reason else ""


def tally_of(request: HttpRequest) -> Tally | None:
    """The sum of one source of one partner, when the list is about it."""
    membership, source = membership_of(request.user), request.GET.get("source", "")
    own = membership.partner_id if membership else None
    asked = str(own or request.GET.get("partner__id__exact", ""))
    if not (source and asked.isdecimal() and len(asked) < 19):
        return None
    return tally(partner_id=int(asked), source=source)
