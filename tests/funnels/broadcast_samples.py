"""A partner with a bot, people who agreed to offers, and a broadcast to them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from content.models import OutboxMessage
from funnels.models import Broadcast
from funnels.segments import Segment
from funnels.services import broadcast_drafts
from partners import tenancy
from partners.models import Bot, Lead, Partner
from tests.factories import make_consent, make_lead

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 12:00 in Moscow
TEXT = "Здравствуйте, {first_name|друзья}! В субботу открытая встреча."
ALL = Segment()


def make_reader(bot: Bot, **fields: Any) -> Lead:
    """Agreed to offers."""
    lead = make_lead(bot.partner, **{"first_name": "Иван"} | fields)
    make_consent(lead)
    return lead


def make_draft(partner: Partner, segment: Segment = ALL, **fields: Any) -> Broadcast:
    """Can be confirmed."""
    values = {"text": TEXT, "no_advert_by": "Анна Смирнова", "button_text": "Записаться", "button_slot": "shop"}
    with tenancy.partner(partner.pk):
        return broadcast_drafts.create(partner=partner, segment=segment, now=NOON, **values | fields)


def rows(bot: Bot) -> list[OutboxMessage]:
    with tenancy.partner(bot.partner_id):
        return list(OutboxMessage.objects.order_by("pk"))


def settle(message: OutboxMessage, state: str, reason: str = "") -> None:
    """What the delivery writes of a message."""
    with tenancy.partner(message.partner_id):
        OutboxMessage.objects.filter(pk=message.pk).update(state=state, reason=reason, finished_at=NOON)
