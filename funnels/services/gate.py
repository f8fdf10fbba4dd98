"""The last question before a promotional message leaves: may this lead get it, now?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from funnels.services.sequences import sequences_of
from funnels.wishes import Topic
from partners.models import Consent, Lead

COLUMNS = ("pk", "partner_id", "blocked_at", "status", "wants_tips", "wants_offers", "wants_business", "agrees")
Asked = tuple[int, str]  # a lead's id and the outbox source of the message


def refusals(*, asked: Collection[Asked], now: datetime) -> dict[Asked, str]:
    """Why not, for those that may not leave; those that may are missing. One query unless a topic is off."""
    offers = Consent.objects.filter(lead=OuterRef("pk"), kind=Consent.Kind.OFFERS, withdrawn_at=None)
    leads = Lead.objects.filter(pk__in={lead_id for lead_id, _source in asked}).annotate(agrees=Exists(offers))
    # Tuples: a broadcast asks for thousands of leads a minute.
    found = {row.pk: row for row in leads.values_list(*COLUMNS, named=True)}
    reasons = {one: _reason(found[one[0]], one[1]) for one in asked if one[0] in found}
    return {one: reason for one, reason in reasons.items() if reason}


def _reason(lead: Any, source: str) -> str:
    if lead.blocked_at is not None:
        return "blocked"
    if lead.status == Lead.Status.UNSUBSCRIBED:
        return "unsubscribed"
    if not lead.agrees:
        return "no consent"
    if lead.wants_tips and lead.wants_offers and lead.wants_business:
        return ""
    wanted: bool = getattr(lead, f"wants_{topic_of(partner_id=lead.partner_id, source=source)}")
    return "" if wanted else "topic is off"


def topic_of(*, partner_id: int, source: str) -> Topic:
    """A sequence tells its topic; a broadcast, and whatever else is promotional, is an offer."""
    kind, _colon, key = source.partition(":")
    sequence = sequences_of(partner_id=partner_id).get(key) if kind == "sequence" else None
    return sequence.topic if sequence else "offers"
