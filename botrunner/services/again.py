"""A second try for updates that were set aside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from botrunner.models import InboxUpdate
from partners.models import Bot
from partners.services import bots


def handle_again(*, ids: Sequence[int], now: datetime) -> int:
    """How many updates wait again. Their bots start anew, as a bot reads its open updates when it starts."""
    with transaction.atomic():
        aside = InboxUpdate.objects.filter(pk__in=ids, failed_at__isnull=False, answered_at=None)
        bot_ids = set(aside.values_list("bot_id", flat=True))
        count = aside.update(failed_at=None, error="")
        for bot in Bot.objects.filter(pk__in=bot_ids, wanted=Bot.Wanted.RUNNING):
            bots.restart(bot=bot, now=now)
    return count
