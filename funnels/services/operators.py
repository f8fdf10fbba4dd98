"""What the operators of the platform must hear of, through the bot of the partner whom it concerns."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from content.messages import Html, Message
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from partners.models import Bot


def tell_operators(*, partner_id: int, key: str, text: Html, now: datetime, lead_id: int | None = None) -> int:
    """How many of them hear it; `key` makes it one message for each. They must have opened that bot once.

    `lead_id`: whom it tells about, so that it is forgotten with the lead.
    """
    bot_id = Bot.objects.filter(partner_id=partner_id).values_list("pk", flat=True).first()
    if bot_id is None:
        return 0
    promises = [
        Promise(telegram_id, f"operators:{key}:{telegram_id}", Message(text), not_before=now, lead_id=lead_id)
        for telegram_id in settings.OPERATOR_TELEGRAM_IDS
    ]
    lane = OutboxMessage.Lane.ALERT
    return promise(partner_id=partner_id, bot_id=bot_id, lane=lane, promises=promises, now=now, source="operators")
