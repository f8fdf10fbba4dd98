"""Whether a lead can be written to at all."""

from __future__ import annotations

from datetime import datetime

from funnels.models import FunnelEvent
from partners.models import Lead

Kind = FunnelEvent.Kind


def mark_blocked(*, partner_id: int, telegram_id: int, now: datetime) -> None:
    """The person blocked the bot: nothing is sent until they come back. A stranger is not made a lead by it."""
    leads = Lead.objects.filter(partner_id=partner_id, telegram_id=telegram_id, blocked_at=None)
    if leads.update(blocked_at=now):
        _record(partner_id, telegram_id, Kind.BOT_BLOCKED, now)


def mark_unblocked(*, partner_id: int, telegram_id: int, now: datetime) -> None:
    leads = Lead.objects.filter(partner_id=partner_id, telegram_id=telegram_id, blocked_at__isnull=False)
    if leads.update(blocked_at=None):
        _record(partner_id, telegram_id, Kind.BOT_UNBLOCKED, now)


def _record(partner_id: int, telegram_id: int, kind: Kind, now: datetime) -> None:
    lead = Lead.objects.only("pk").get(partner_id=partner_id, telegram_id=telegram_id)
    FunnelEvent.objects.create(partner_id=partner_id, lead_id=lead.pk, kind=kind, at=now)
