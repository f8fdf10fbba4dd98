from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import action, display

from funnels.models import Alert
from funnels.services.statuses import handled
from partners import clock
from partners.admin.base import PartnersRowAdmin, ReadOnlyAdmin
from partners.models import Lead, Partner
from partners.templatetags.panel import ago


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin, PartnersRowAdmin):
    """What partners were told about their leads, and what has become of it."""

    list_display = ("about", "person", "partner", "shown_state", "raised", "again")
    list_display_links = None
    list_select_related = ("partner", "lead")
    list_filter = (
        ("partner", AutocompleteSelectFilter),
        ("trigger", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
    )
    search_fields = ("lead__first_name", "lead__last_name", "lead__username")
    ordering = ("-at", "-pk")
    actions = ("mark_handled",)

    def has_handle_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("partners.handle_lead"))

    @display(description=_("trigger"), ordering="trigger")
    def about(self, alert: Alert) -> str:
        return alert.get_trigger_display()

    @display(description=_("lead"), ordering="lead__first_name")
    def person(self, alert: Alert) -> str:
        return format_html('<a class="font-medium text-primary-600" href="{}">{}</a>', _page_of(alert), alert.lead)

    @display(
        description=_("state"), ordering="state", label={"open": "warning", "handled": "success", "irrelevant": None}
    )
    def shown_state(self, alert: Alert) -> tuple[str, str]:
        return alert.state, alert.get_state_display()

    @display(description=_("when"), ordering="at")
    def raised(self, alert: Alert) -> str:
        return ago(alert.at, clock.now())

    @display(description=_("told again"))
    def again(self, alert: Alert) -> str:
        """How often, and when it will be, in the partner's zone."""
        told = f"×{alert.reminders}" if alert.reminders else ""
        coming = f"{_('at')} {_clock(alert.remind_at, alert.partner)}" if alert.remind_at else ""
        return " · ".join(filter(None, (told, coming))) or "—"

    @action(description=_("Mark as handled"), permissions=["handle"])
    def mark_handled(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        """It is the lead that was seen to: all open alerts about it are settled, as by the button of a card."""
        leads = Lead.objects.select_for_update(of=("self",)).filter(pk__in=queryset.values("lead"), erased_at=None)
        count = sum(handled(lead=lead, now=clock.now()) for lead in leads.order_by("pk"))
        done = ngettext("%(n)s lead is handled.", "%(n)s leads are handled.", count) % {"n": count}
        messages.success(request, done)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """All there is to see is on the lead's page."""
        alert: Alert | None = self.get_object(request, object_id)
        if alert is None or not self.has_view_permission(request, alert):
            raise Http404
        return redirect(_page_of(alert))


def _page_of(alert: Alert) -> str:
    return reverse("admin:partners_lead_change", args=[alert.lead_id])


def _clock(moment: datetime, partner: Partner) -> str:
    return moment.astimezone(ZoneInfo(partner.time_zone)).strftime("%d.%m %H:%M")
