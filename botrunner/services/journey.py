"""What a moved clock leaves to be sent. Behind the operators' door."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import Q

from content.models import OutboxMessage
from content.outbox import promises
from partners.models import Bot
from partners.services import bots

State = OutboxMessage.State


def wake(*, now: datetime) -> bool:
    """Whether running bots still have something due or in their hands; their runner is told at once.

    By itself it would look for what the clock has made due only every few seconds.
    """
    due = OutboxMessage.objects.filter(Q(state=State.SENDING) | Q(state=State.QUEUED, not_before__lte=now))
    waiting = list(due.filter(bot__state=Bot.State.RUNNING).values_list("bot_id", flat=True).distinct().order_by())
    for bot_id in waiting:
        promises.notify(bot_id)
    return bool(waiting)


def renew_heartbeats() -> None:
    """The runner reports when it looks: now, or every bot would seem silent for a few seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [bots.CHANNEL])
