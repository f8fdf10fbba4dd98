"""Whether a lead can be written to at all."""

from __future__ import annotations

from datetime import datetime

from funnels.models import Enrollment, FunnelEvent
from funnels.services.enrollments import leave
from funnels.services.unreachable import reached
from partners.models import Lead

Kind = FunnelEvent.Kind


def mark_blocked(*, partner_id: int, telegram_id: int, now: datetime) -> None:
    """The person blocked the bot: their sequence is over. A stranger is not made a lead by it."""
    leads = Lead.objects.filter(partner_id=partner_id, telegram_id=telegram_id, blocked_at=None)
    if leads.update(blocked_at=now):
        lead_id = _record(partner_id, telegram_id, Kind.BOT_BLOCKED, now)
        leave(lead_id=lead_id, reason=Enrollment.Exit.BLOCKED, now=now)


def mark_unblocked(*, partner_id: int, telegram_id: int, now: datetime) -> None:
    """Restarts nothing: whoever had blocked the bot wanted silence. A choice of theirs may, see `enroll`."""
    reached(partner_id=partner_id, telegram_id=telegram_id)
    leads = Lead.objects.filter(partner_id=partner_id, telegram_id=telegram_id, blocked_at__isnull=False)
    if leads.update(blocked_at=None):
        _record(partner_id, telegram_id, Kind.BOT_UNBLOCKED, now)


def _record(partner_id: int, telegram_id: int, kind: Kind, now: datetime) -> int:
    lead = Lead.objects.only("pk").get(partner_id=partner_id, telegram_id=telegram_id)
    FunnelEvent.objects.create(partner_id=partner_id, lead_id=lead.pk, kind=kind, at=now)
    return lead.pk
