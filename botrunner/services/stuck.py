"""Messages that were being sent when their runner died, of bots that nobody has started again since."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from botrunner.ownership import NAMESPACE
from content.models import OutboxMessage
from content.outbox import delivery
from partners.fastsql import fetch

log = logging.getLogger(__name__)

# A runner that has lost its locks with its database session goes on sending, and takes them again in a second.
GRACE = timedelta(minutes=5)


def sweep(*, now: datetime) -> int:
    """How many messages are unknown from now on. Behind the operators' door.

    A new owner sweeps before it sends; but a bot that was stopped, or whose token is dead, may never have one.
    """
    sending = OutboxMessage.objects.filter(state=OutboxMessage.State.SENDING, claimed_at__lt=now - GRACE)
    bot_ids = sending.order_by("bot_id").values_list("bot_id", flat=True).distinct()
    unknown = sum(delivery.sweep(bot_ids=[bot_id], now=now) for bot_id in bot_ids if _is_nobodys(bot_id))
    if unknown:
        log.warning("%s messages were being sent by bots that nobody runs", unknown)
    return unknown


def _is_nobodys(bot_id: int) -> bool:
    """Keeps the owner's lock until the transaction ends, so that nobody becomes the owner meanwhile."""
    return bool(fetch("SELECT pg_try_advisory_xact_lock(%s + %s)", [NAMESPACE, bot_id])[0][0])
