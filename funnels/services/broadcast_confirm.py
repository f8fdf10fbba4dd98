"""Confirmation: the recipients become rows of the outbox, all in one transaction. Behind a door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from funnels.facts import LeadFacts
from funnels.models import Broadcast
from funnels.segments import Segment
from funnels.services import broadcast_drafts as drafts
from funnels.services.audience import eligible
from funnels.services.broadcast_drafts import NotPossible
from funnels.services.broadcasts import State, move, source_of
from funnels.services.clicks import Tracked, tracked_url
from funnels.timing import QuietHours, at_least_apart
from funnels.zones import zone_for
from partners.models import Bot, Partner

BATCH = 2_000
Recipient = tuple[int, int, str, str, datetime | None]


def confirm(*, broadcast: Broadcast, now: datetime) -> int:
    """Promises the message to everybody who may get it; returns to how many. Raises NotPossible.

    Whoever confirms second, or confirms what cannot go out, changes nothing.
    """
    with transaction.atomic():
        if not move(broadcast, [State.DRAFT], state=State.SENDING, confirmed_at=now):
            raise NotPossible(_("This broadcast is confirmed already."))
        broadcast.refresh_from_db()  # what somebody saved meanwhile is what goes out
        if problems := drafts.problems_of(broadcast):
            raise NotPossible(problems[0].sentence)
        bot_id = Bot.objects.filter(partner_id=broadcast.partner_id).values_list("pk", flat=True).first()
        if bot_id is None:
            raise NotPossible(_("The partner has no bot: connect one first."))
        promised = _promise(broadcast, bot_id, now)
        if not promised:
            raise NotPossible(_("Nobody of these people may be written to: choose others."))
    return promised


def _promise(broadcast: Broadcast, bot_id: int, now: datetime) -> int:
    promised = 0
    for batch in _batches(broadcast, now):
        promised += promise(
            partner_id=broadcast.partner_id,
            bot_id=bot_id,
            lane=OutboxMessage.Lane.BROADCAST,
            promises=batch,
            now=now,
            source=source_of(broadcast),
        )
    return promised


def _batches(broadcast: Broadcast, now: datetime) -> Iterator[list[Promise]]:
    partner, segment = broadcast.partner, Segment.read(broadcast.segment)
    letter, facts, times = drafts.letter_of(broadcast), drafts.partner_facts(partner), Times(partner, now)
    source = source_of(broadcast)
    leads = eligible(partner_id=partner.pk, segment=segment, now=now).order_by("pk")
    rows: list[Recipient] = list(leads.values_list("pk", "telegram_id", "first_name", "phone", "last_promo_at"))
    for start in range(0, len(rows), BATCH):
        yield [
            Promise(
                chat_id=telegram_id,
                key=f"{source}:{lead_id}",
                message=letter.message(LeadFacts(first_name), facts, url=_url(broadcast, lead_id)),
                not_before=times.first_allowed(phone, last_promo_at),
                lead_id=lead_id,
            )
            for lead_id, telegram_id, first_name, phone, last_promo_at in rows[start : start + BATCH]
        ]


def _url(broadcast: Broadcast, lead_id: int) -> str:
    if not broadcast.button_slot:
        return ""
    return tracked_url(Tracked(broadcast.partner_id, lead_id, 0, source_of(broadcast), broadcast.button_slot))


@dataclass(slots=True)
class Times:
    """When a lead may first be written to: outside quiet hours and, as the consent promises, once a day."""

    partner: Partner
    now: datetime
    _zones: dict[str, ZoneInfo] = field(default_factory=dict)
    _now_allowed: dict[ZoneInfo, datetime] = field(default_factory=dict)

    def first_allowed(self, phone: str, last_promo_at: datetime | None) -> datetime:
        zone = self._zone(phone)
        if zone not in self._now_allowed:
            self._now_allowed[zone] = self._quiet.next_allowed(self.now, zone)
        asked = at_least_apart(last_sent=last_promo_at, at=self.now)
        return self._now_allowed[zone] if asked == self.now else self._quiet.next_allowed(asked, zone)

    @property
    def _quiet(self) -> QuietHours:
        return QuietHours(self.partner.quiet_from, self.partner.quiet_to)

    def _zone(self, phone: str) -> ZoneInfo:
        if phone not in self._zones:
            own = ZoneInfo(self.partner.time_zone)
            self._zones[phone] = zone_for(phone=phone, partner_zone=own, now=self.now).zone
        return self._zones[phone]
