"""Leads with a past, counted: what the pages' tests look at."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from analytics.services import rollups
from funnels.models import FunnelEvent, FunnelVersion
from partners import tenancy
from partners.models import Lead, Partner
from tests.factories import NOW, make_lead
from tests.funnels.samples import GOOD

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


def make_walker(partner: Partner, at: datetime, version: int, *screens: str) -> Lead:
    """Came and saw the screens of a version, each a minute after the one before."""
    lead = make_visitor(partner, at)
    for minutes, screen in enumerate(screens, 1):
        happened(lead, "screen_shown", at + timedelta(minutes=minutes), {}, step=screen, version=version)
    return lead


def make_version(number: int, **fields: object) -> FunnelVersion:
    """A published funnel; in its text only the screen «start» has a title."""
    text = GOOD.replace("  start:\n    type: screen\n", "  start:\n    type: screen\n    title: Начало\n")
    values: dict[str, Any] = {"status": "published", "published_at": NOW, "created_at": NOW, "text": text}
    with tenancy.all_partners():
        return FunnelVersion.objects.create(number=number, **values | fields)


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
