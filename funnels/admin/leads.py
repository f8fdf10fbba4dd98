from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display

from funnels.admin.lead_filters import INTEREST_NAMES, HasPhoneFilter, InterestFilter, OpenAlertFilter, ScoreFilter
from funnels.admin.lead_page import LeadPage, may_read, may_see_contacts
from funnels.contacts import masked_phone
from funnels.models import Alert
from funnels.scoring import band
from partners import clock
from partners.admin.base import PartnersRowAdmin, ReadOnlyAdmin
from partners.models import Lead
from partners.templatetags.panel import ago

STATUS_COLOURS = dict.fromkeys(Lead.Status.values) | {
    "new": "info",
    "warming": "warning",
    "hot": "danger",
    "ordered": "success",
    "partner": "success",
}
BAND_COLOURS = {"cold": None, "warm": "warning", "hot": "danger", "very_hot": "danger"}


@admin.register(Lead)
class LeadAdmin(LeadPage, ReadOnlyAdmin, PartnersRowAdmin):
    list_display = (
        "person", "partner", "shown_score", "shown_status", "open_alerts", "wants", "phone", "first_link", "last_link",
        "seen",
    )  # fmt: skip
    list_select_related = ("partner", "first_link", "last_link")
    list_filter = (
        ("partner", AutocompleteSelectFilter),
        ScoreFilter,
        OpenAlertFilter,
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lead]:
        opened = Alert.objects.filter(lead=OuterRef("pk"), state=Alert.State.OPEN).order_by().values("lead")
        counted = Coalesce(Subquery(opened.annotate(count=Count("pk")).values("count")), 0)
        leads: QuerySet[Lead] = super().get_queryset(request)
        return leads.annotate(alerts_open=counted)

    def get_list_display(self, request: HttpRequest) -> list[str]:
        shown = super().get_list_display(request)
        hidden = {} if may_see_contacts(request) else {"phone": "hidden_phone"}
        hidden |= {} if may_read(request) else {"person": "number"}
        return [hidden.get(name, name) for name in shown]

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return super().get_list_display_links(request, list_display) if may_read(request) else None

    def hidden_lookups(self, request: HttpRequest) -> tuple[str, ...]:
        names = () if may_read(request) else ("first_name", "last_name", "username", "telegram_id")
        return names if may_see_contacts(request) else (*names, "phone", "email")

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """To search by digits is to guess the number."""
        if not may_read(request):
            return ()
        return self.search_fields if may_see_contacts(request) else tuple({*self.search_fields} - {"phone"})

    @display(description=_("lead"), ordering="pk")
    def number(self, lead: Lead) -> str:
        return f"№ {lead.pk}"

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

    @display(description=_("score"), ordering="score", label=BAND_COLOURS)
    def shown_score(self, lead: Lead) -> tuple[str, int]:
        return band(lead.score), lead.score

    @display(description=_("alerts"), ordering="alerts_open")
    def open_alerts(self, lead: Lead) -> str:
        count: int = lead.alerts_open  # type: ignore[attr-defined]  # annotated above
        taken = "🙋" if lead.taken_at else ""
        return " ".join(filter(None, (f"🔔 {count}" if count else "", taken)))

    @display(description=_("wants"), ordering="intent")
    def wants(self, lead: Lead) -> str:
        return " · ".join(str(word) for word in (lead.get_intent_display(), INTEREST_NAMES.get(lead.pain)) if word)

    @display(description=_("last seen"), ordering="last_seen_at")
    def seen(self, lead: Lead) -> str:
        """An age: the list may show partners of several zones."""
        return ago(lead.last_seen_at, clock.now())
