"""The lists of leads that a partner chooses from. Behind the partner's door."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from funnels.queries import hot_leads
from funnels.scoring import HOT
from funnels.stats_texts import Filter
from partners.models import Lead

NEW = timedelta(days=7)


def chosen(*, partner_id: int, filter: Filter, now: datetime) -> QuerySet[Lead]:
    """Who came last stands first."""
    if filter == "open":
        return hot_leads(partner_id=partner_id)
    leads = Lead.objects.filter(_condition(filter, now), partner_id=partner_id, erased_at=None)
    return leads.order_by("-created_at", "-pk")


def _condition(filter: Filter, now: datetime) -> Q:
    match filter:
        case "all" | "open":
            return Q()
        case "new":
            return Q(created_at__gte=now - NEW)
        case "hot":
            return Q(score__gte=HOT)
        case "phone":
            return ~Q(phone="")
        case "business":
            return Q(intent=Lead.Intent.BUSINESS)
        case pain:
            return Q(pain=pain)
