"""What concerns a whole partner, told to the partner, the helpers and the operators. Behind the partner's door."""

from __future__ import annotations

from datetime import datetime

from content.messages import Html, Message
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from funnels.services.alerts import readers_of
from funnels.services.operators import tell_operators
from partners.models import Bot, Partner


def tell_everybody(*, partner: Partner, key: str, text: Html, source: str, now: datetime) -> None:
    """`key` makes it one message for each of them."""
    tell_operators(partner_id=partner.pk, key=key, text=text, now=now)
    bot_id = Bot.objects.filter(partner=partner).values_list("pk", flat=True).first()
    if bot_id is None:
        return
    promises = [Promise(chat, f"{key}:{chat}", Message(text), not_before=now) for chat in readers_of(partner)]
    lane = OutboxMessage.Lane.ALERT
    promise(partner_id=partner.pk, bot_id=bot_id, lane=lane, promises=promises, now=now, source=source)
