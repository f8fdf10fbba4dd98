"""Warm-up messages after a backup was restored: the due ones count as missed, for they were probably sent."""

from __future__ import annotations

from datetime import datetime

from funnels.models import Enrollment
from funnels.services import tick_rows
from funnels.services.tick import Tick
from partners.models import Bot

BATCH = 500


def with_due_warmups(*, now: datetime) -> list[int]:
    """Partner ids. Behind the operators' door."""
    due = Enrollment.objects.filter(state=Enrollment.State.ACTIVE, fire_at__lte=now)
    return list(due.order_by().values_list("partner_id", flat=True).distinct())


def miss_due_warmups(*, partner_id: int, now: datetime) -> int:
    """How many; the message after it is planned from now on. Behind the partner's door."""
    bot = Bot.objects.select_related("partner").filter(partner_id=partner_id).first()
    missed = 0
    while bot and (batch := tick_rows.take_due(now=now, limit=BATCH)):
        Tick(bot=bot, now=now).miss(batch)
        missed += len(batch)
    return missed
