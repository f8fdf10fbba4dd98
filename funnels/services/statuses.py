"""What the partner says of a lead. Behind the partner's door."""

from __future__ import annotations

from datetime import datetime

from funnels.models import Alert, Enrollment, FunnelEvent
from funnels.services.alerts import settle
from funnels.services.enrollments import leave
from partners.models import Lead

Status, Exit = Lead.Status, Enrollment.Exit

ENDS = {Status.ORDERED: Exit.ORDERED, Status.PARTNER: Exit.PARTNER, Status.NOT_INTERESTED: Exit.DECLINED}
BY_HAND = (Status.CONTACTED, Status.ORDERED, Status.PARTNER, Status.NOT_INTERESTED)


def set_status(*, lead: Lead, status: Lead.Status, now: datetime) -> bool:
    """False if it is the lead's status already. Statuses that end the warm-up take back what is queued of it."""
    if status in BY_HAND:
        irrelevant = status == Status.NOT_INTERESTED
        settle(lead=lead, state=Alert.State.IRRELEVANT if irrelevant else Alert.State.HANDLED, now=now)
    if lead.status == status:
        return False
    data = {"from": str(lead.status), "to": str(status)}
    lead.status = status
    lead.save(update_fields=["status"])
    kind = FunnelEvent.Kind.STATUS_CHANGED
    FunnelEvent.objects.create(partner_id=lead.partner_id, lead=lead, kind=kind, data=data, at=now)
    if status in ENDS:
        leave(lead_id=lead.pk, reason=ENDS[status], now=now)
    return True


def handled(*, lead: Lead, now: datetime) -> bool:
    """«Обработан»: the partner has spoken to the lead. What is known beyond that stays: ordered, unsubscribed."""
    if lead.status in (Status.ORDERED, Status.PARTNER, Status.UNSUBSCRIBED):
        return settle(lead=lead, state=Alert.State.HANDLED, now=now) > 0
    return set_status(lead=lead, status=Status.CONTACTED, now=now)
