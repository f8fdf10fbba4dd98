"""The life of a broadcast: draft → sending ⇄ paused → finished | cancelled. Behind a door.

Every step is one conditional UPDATE: of two who press at the same moment one succeeds.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from content.models import OutboxMessage
from content.outbox.promises import hold, release, withdraw
from funnels.models import Broadcast

State = Broadcast.State
GOING_ON = (State.SENDING, State.PAUSED)
OPEN = (OutboxMessage.State.QUEUED, OutboxMessage.State.HELD, OutboxMessage.State.SENDING)


def source_of(broadcast: Broadcast) -> str:
    """What its rows in the outbox name as their promise."""
    return f"broadcast:{broadcast.pk}"


def pause(*, broadcast: Broadcast, now: datetime, reason: str = "") -> bool:
    """Nothing more leaves until `resume`. False if it is not being sent."""
    if not move(broadcast, [State.SENDING], state=State.PAUSED, pause_reason=reason[:200]):
        return False
    hold(partner_id=broadcast.partner_id, source=source_of(broadcast), now=now)
    return True


def resume(*, broadcast: Broadcast, now: datetime) -> bool:
    """False if it is not paused."""
    if not move(broadcast, [State.PAUSED], state=State.SENDING, pause_reason=""):
        return False
    release(partner_id=broadcast.partner_id, source=source_of(broadcast), now=now)
    return True


def cancel(*, broadcast: Broadcast, now: datetime, reason: str = "cancelled") -> bool:
    """Takes back what nobody has got yet. False if it is not going on."""
    if not move(broadcast, GOING_ON, state=State.CANCELLED, ended_at=now):
        return False
    withdraw(partner_id=broadcast.partner_id, source=source_of(broadcast), reason=reason, now=now)
    return True


def finish(*, broadcast: Broadcast, now: datetime) -> bool:
    """Ends it when nothing of it waits any more. False if something does, or if it has ended."""
    if broadcast.state not in GOING_ON or still_open(broadcast).exists():
        return False
    return move(broadcast, GOING_ON, state=State.FINISHED, ended_at=now, pause_reason="")


def still_open(broadcast: Broadcast) -> QuerySet[OutboxMessage]:
    source = source_of(broadcast)
    return OutboxMessage.objects.filter(partner_id=broadcast.partner_id, source=source, state__in=OPEN)


def move(broadcast: Broadcast, before: Collection[str], **after: Any) -> bool:
    """Also for whoever moved first: the object shows what the row says."""
    moved = Broadcast.objects.filter(pk=broadcast.pk, state__in=before).update(**after)
    broadcast.refresh_from_db(fields=["state", "pause_reason", "confirmed_at", "ended_at"])
    return moved == 1
