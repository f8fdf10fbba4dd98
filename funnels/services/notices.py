"""What concerns a whole partner, told to the partner, the helpers and the operators. Behind the partner's door."""

from __future__ import annotations

from datetime import datetime

from content.messages import Html, Message
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from funnels.services.alerts import readers_of
from funnels.services.operators import tell_operators
from partners.models import Bot, Partner


def tell_everybody(
    *, partner: Partner, key: str, text: Html, source: str, now: datetime, spare_partner: bool = False
) -> None:
    """`key` makes it one message for each of them. `spare_partner`: the partner hears of it in another way."""
    tell_operators(partner_id=partner.pk, key=key, text=text, now=now)
    bot_id = Bot.objects.filter(partner=partner).values_list("pk", flat=True).first()
    if bot_id is None:
        return
    readers = [chat for chat in readers_of(partner) if not (spare_partner and chat == partner.telegram_id)]
    promises = [Promise(chat, f"{key}:{chat}", Message(text), not_before=now) for chat in readers]
    lane = OutboxMessage.Lane.ALERT
    promise(partner_id=partner.pk, bot_id=bot_id, lane=lane, promises=promises, now=now, source=source)
