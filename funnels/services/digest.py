"""The partner's daily digest: the row says when it is due, one transaction promises it and plans the next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from django.db.models import Q

from content.messages import Style
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from funnels.digest import SOURCE, Digest, Waiting, latest_digest, next_digest
from funnels.digest_view import Writer
from funnels.queries import hot_leads, taken_leads
from funnels.services.day import day_figures
from funnels.services.presets import digest_texts
from partners.models import Bot, Lead, Partner

STALE = timedelta(hours=6)  # a morning's digest in the evening helps nobody
SHOWN = 5  # leads with a button each


def due_partners(*, now: datetime) -> list[int]:
    """Whose digest is due, or not planned yet. Behind the operators' door."""
    due = Partner.objects.filter(Q(digest_due_at=None) | Q(digest_due_at__lte=now))
    return list(due.order_by("pk").values_list("pk", flat=True))


def send_digest(*, partner_id: int, now: datetime) -> bool:
    """Whether one was promised. Behind the partner's door.

    After an outage it is the newest one at the most, and not if its day is nearly over.
    """
    rows = Partner.objects.select_for_update(skip_locked=True, no_key=True)
    partner = rows.filter(Q(digest_due_at=None) | Q(digest_due_at__lte=now), pk=partner_id).first()
    if partner is None:  # another process has it
        return False
    due, clock, zone = partner.digest_due_at, partner.digest_at, ZoneInfo(partner.time_zone)
    partner.digest_due_at = next_digest(clock=clock, zone=zone, after=now)
    partner.save(update_fields=["digest_due_at"])
    if due is None:  # it is only being planned
        return False
    due = latest_digest(due=due, clock=clock, zone=zone, now=now)
    return now - due <= STALE and _promise(partner, due, now)


def digest_of(*, partner: Partner, day: date) -> Digest:
    """What happened on the day, and who waits now."""
    hot, taken = hot_leads(partner_id=partner.pk), taken_leads(partner_id=partner.pk)
    return Digest(
        day=day,
        figures=day_figures(partner_id=partner.pk, day=day),
        hot=waiting(hot[:SHOWN]),
        hot_count=hot.count(),
        taken=waiting(taken[:SHOWN]),
        taken_count=taken.count(),
    )


def waiting(leads: Iterable[Lead]) -> tuple[Waiting, ...]:
    return tuple(Waiting(lead.pk, str(lead), lead.score) for lead in leads)


def _promise(partner: Partner, due: datetime, now: datetime) -> bool:
    """Of the day on which it was due: changing the hour brings no second one on that day."""
    bot_id = Bot.objects.filter(partner=partner).values_list("pk", flat=True).first()
    if partner.telegram_id is None or bot_id is None or not partner.lead_notifications:
        return False
    today = due.astimezone(ZoneInfo(partner.time_zone)).date()
    digest = digest_of(partner=partner, day=today - timedelta(days=1))
    if digest.is_idle:
        return False
    style = cast(Style, partner.communication_style)
    message = Writer(digest_texts(), style).message(digest)
    said = Promise(partner.telegram_id, f"digest:{today}", message, not_before=now, not_after=due + STALE)
    lane = OutboxMessage.Lane.ALERT
    return promise(partner_id=partner.pk, bot_id=bot_id, lane=lane, promises=[said], now=now, source=SOURCE) > 0
