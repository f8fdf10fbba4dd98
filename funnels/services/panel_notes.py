"""What the panel tells somebody by itself. Behind the partner's door."""

from __future__ import annotations

from datetime import datetime

from content.messages import Message
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from partners.models import Bot

SOURCE = "panel"


def tell_person(*, partner_id: int, telegram_id: int, key: str, message: Message, now: datetime) -> None:
    """To a partner, a helper, or whoever is to become one; `key` makes it one of its kind."""
    bot_id = Bot.objects.filter(partner_id=partner_id).values_list("pk", flat=True).first()
    if bot_id is None:
        return
    promises = [Promise(telegram_id, f"{key}:{telegram_id}", message, not_before=now)]
    lane = OutboxMessage.Lane.ALERT
    promise(partner_id=partner_id, bot_id=bot_id, lane=lane, promises=promises, now=now, source=SOURCE)
