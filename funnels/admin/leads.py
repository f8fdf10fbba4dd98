from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, cast

from django.contrib import admin
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from content.messages import Style
from funnels.contacts import masked_phone, shown_phone
from funnels.models import Conversation, FunnelEvent, FunnelVersion, LeadMessage
from funnels.progress_lead import standings
from funnels.queries import Timeline, versions_of
from funnels.timeline import Sentence, funnel_of, screen_title, sentence
from partners import clock
from partners.admin.base import PartnersRowAdmin, ReadOnlyAdmin
from partners.models import Consent, Lead
from partners.queries import same_phone
from partners.templatetags.panel import ago

PER_PAGE = 100
STATUS_COLOURS = dict.fromkeys(Lead.Status.values) | {
    "new": "info",
    "warming": "warning",
    "hot": "danger",
    "ordered": "success",
    "partner": "success",
}
INTERESTS = ("weight", "energy", "immunity", "beauty", "kids", "sport")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline: a sentence about an event, or the words of a message."""

    at: datetime
    sentence: Sentence | None = None
    words: str = ""


class InterestFilter(DropdownFilter):
    title = _("interest")
    parameter_name = "pain"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(interest, INTEREST_NAMES[interest]) for interest in INTERESTS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        return queryset.filter(pain=self.value()) if self.value() else queryset


class HasPhoneFilter(DropdownFilter):
    title = _("phone")
    parameter_name = "phone"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("left a phone")), ("no", _("no phone"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        if self.value() == "yes":
            return queryset.exclude(phone="")
        return queryset.filter(phone="") if self.value() == "no" else queryset


INTEREST_NAMES = {
    "weight": _("lose weight"),
    "energy": _("more energy"),
    "immunity": _("immunity"),
    "beauty": _("beauty"),
    "kids": _("for children"),
    "sport": _("sport"),
}


@admin.register(Lead)
class LeadAdmin(ReadOnlyAdmin, PartnersRowAdmin):
    list_display = ("person", "partner", "shown_status", "wants", "phone", "first_link", "last_link", "seen")
    list_select_related = ("partner", "first_link", "last_link")
    list_filter = (
        ("partner", AutocompleteSelectFilter),
        ("status", ChoicesDropdownFilter),
        ("intent", ChoicesDropdownFilter),
        InterestFilter,
        HasPhoneFilter,
        ("first_link", AutocompleteSelectFilter),
        ("last_link", AutocompleteSelectFilter),
    )
    search_fields = ("first_name", "last_name", "username", "phone", "=telegram_id")
    ordering = ("-last_seen_at", "-pk")
    actions = None

    def get_list_display(self, request: HttpRequest) -> list[str]:
        shown = super().get_list_display(request)
        return shown if may_see_contacts(request) else ["hidden_phone" if name == "phone" else name for name in shown]

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """To search by digits is to guess the number."""
        return self.search_fields if may_see_contacts(request) else tuple({*self.search_fields} - {"phone"})

    @display(description=_("phone"))
    def hidden_phone(self, lead: Lead) -> str:
        return masked_phone(lead.phone)

    @display(description=_("lead"), ordering="first_name", header=True)
    def person(self, lead: Lead) -> list[str]:
        return [str(lead), f"@{lead.username}" if lead.username else ""]

    @display(
        description=_("status"),
        ordering="status",
        label=STATUS_COLOURS,
    )
    def shown_status(self, lead: Lead) -> tuple[str, str]:
        return lead.status, lead.get_status_display()

    @display(description=_("wants"), ordering="intent")
    def wants(self, lead: Lead) -> str:
        return " · ".join(str(word) for word in (lead.get_intent_display(), INTEREST_NAMES.get(lead.pain)) if word)

    @display(description=_("last seen"), ordering="last_seen_at")
    def seen(self, lead: Lead) -> str:
        """An age: the list may show partners of several zones."""
        return ago(lead.last_seen_at, clock.now())

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        lead: Lead | None = self.get_object(request, object_id)
        if lead is None or not self.has_view_permission(request, lead):
            raise Http404
        page: Page[Any] = Paginator(cast(Any, Timeline(lead)), PER_PAGE).get_page(request.GET.get("p"))
        place = Conversation.objects.select_related("version").filter(lead=lead).first()
        context = {
            **self.admin_site.each_context(request),
            "title": str(lead),
            "opts": self.opts,
            "original": lead,
            "lead": lead,
            "interest": INTEREST_NAMES.get(lead.pain, lead.pain),
            "place": screen_title(funnel_of(place.version.text), place.step) if place else "",
            "contact": Contact.of(lead, in_full=may_see_contacts(request)),
            "standings": standings(lead, clock.now()),
            "page": page,
            "days": list(_days(page, lead)),
        }
        return TemplateResponse(request, "admin/funnels/lead.html", context)


def may_see_contacts(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("partners.view_contact"))


@dataclass(frozen=True, slots=True)
class Contact:
    """What the page tells of a lead's contact: `in_full` or only that it is there."""

    phone: str
    email: str
    in_full: bool
    consents: list[Consent]
    same_phone: list[Lead]

    @classmethod
    def of(cls, lead: Lead, *, in_full: bool) -> Contact:
        return cls(
            phone=shown_phone(lead.phone) if in_full else masked_phone(lead.phone),
            email=lead.email if in_full or not lead.email else "•••",
            in_full=in_full,
            consents=list(lead.consents.all()),
            same_phone=list(same_phone(lead)[:10]) if lead.phone else [],
        )


def _days(page: Page[Any], lead: Lead) -> Iterator[tuple[date, list[Entry]]]:
    """The page's entries by day, in the partner's zone."""
    zone = zoneinfo.ZoneInfo(lead.partner.time_zone)
    rows: list[FunnelEvent | LeadMessage] = list(page)
    versions = versions_of([row for row in rows if isinstance(row, FunnelEvent)])
    style: Style = lead.partner.communication_style  # type: ignore[assignment]
    entries = (_entry(row, versions, style, zone) for row in rows)
    for day, of_day in groupby(entries, key=lambda entry: entry.at.date()):
        yield day, list(of_day)


def _entry(
    row: FunnelEvent | LeadMessage, versions: dict[int, FunnelVersion], style: Style, zone: zoneinfo.ZoneInfo
) -> Entry:
    at = row.at.astimezone(zone).replace(tzinfo=None)  # or the template would bring it back to the server's zone
    if isinstance(row, LeadMessage):
        return Entry(at, words=row.text)
    version = versions.get(row.version_id or 0)
    funnel = funnel_of(version.text) if version else None
    return Entry(at, sentence(row.kind, row.step, row.data, funnel, style))
