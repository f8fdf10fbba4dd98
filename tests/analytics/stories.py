"""Leads with a past, counted: what the pages' tests look at."""

from __future__ import annotations

from datetime import datetime, timedelta

from analytics.services import rollups
from funnels.models import FunnelEvent
from partners import tenancy
from partners.models import Lead, Partner
from tests.factories import make_lead

DAY = timedelta(days=1)


def happened(
    lead: Lead, kind: str, at: datetime, data: dict[str, object], *, step: str = "", version: int | None = None
) -> None:
    with tenancy.all_partners():
        FunnelEvent.objects.create(
            partner_id=lead.partner_id, lead=lead, kind=kind, step=step, data=data, at=at, version_id=version
        )


def make_visitor(partner: Partner, at: datetime, *deeds: str, link: int = 0, **fields: object) -> Lead:
    """Came at `at`, and did one thing an hour: contact, shop, ordered, asked."""
    lead = make_lead(partner, created_at=at, last_seen_at=at, **fields)
    happened(lead, "started", at, {"link": link} if link else {})
    for hours, deed in enumerate(deeds, 1):
        kind, data = DEEDS[deed]
        happened(lead, kind, at + timedelta(hours=hours), data)
    return lead


DEEDS: dict[str, tuple[str, dict[str, object]]] = {
    "contact": ("contact_left", {"what": "phone"}),
    "shop": ("link_clicked", {"slot": "shop"}),
    "ordered": ("status_changed", {"to": "ordered"}),
    "asked": ("message_received", {}),
}


def counted(*leads: Lead) -> None:
    with tenancy.all_partners():
        zones = {lead.partner_id: Partner.objects.get(pk=lead.partner_id).time_zone for lead in leads}
    rollups.count_leads([lead.pk for lead in leads], zones)
