"""The end of a broadcast, found by the tick or by whoever looks, and what its author hears of it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat

from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from funnels.models import Broadcast
from funnels.services.broadcast_speech import Speech
from funnels.services.broadcasts import GOING_ON, OPEN, finish
from partners.models import Bot


def over() -> list[tuple[int, int]]:
    """(partner, broadcast) of those that go on although nothing of them waits. Behind the operators' door."""
    source = Concat(Value("broadcast:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    waiting = OutboxMessage.objects.filter(partner=OuterRef("partner"), source=source, state__in=OPEN)
    found = Broadcast.objects.filter(~Exists(waiting), state__in=GOING_ON)
    return list(found.order_by("pk").values_list("partner_id", "pk"))


def wind_up(*, broadcast_id: int, now: datetime) -> bool:
    """False if it has been ended meanwhile, or waits again. Behind the partner's door."""
    broadcast = Broadcast.objects.select_related("partner").get(pk=broadcast_id)
    if not finish(broadcast=broadcast, now=now):
        return False
    tell_author(broadcast=broadcast, now=now)
    return True


def tell_author(*, broadcast: Broadcast, now: datetime) -> bool:
    """What has become of it, in the chat from which it was started. False if it was started in the admin."""
    bot_id = Bot.objects.filter(partner_id=broadcast.partner_id).values_list("pk", flat=True).first()
    if broadcast.author_telegram_id is None or bot_id is None:
        return False
    message = Speech.of(broadcast.partner).progress(broadcast, now)
    key = f"broadcast_{broadcast.state}:{broadcast.pk}:{int(now.timestamp())}"
    told = promise(
        partner_id=broadcast.partner_id,
        bot_id=bot_id,
        lane=OutboxMessage.Lane.ALERT,
        promises=[Promise(broadcast.author_telegram_id, key, message, not_before=now)],
        now=now,
        source="broadcast_news",
    )
    return told > 0
