"""Erasure of a lead, down to the raw updates. Behind the partner's door."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from botrunner.models import InboxUpdate
from content.messages import Message
from funnels.panel_words import panel_data
from funnels.services import erasure
from partners.models import Lead

ERASED = "{}"


def forget(*, partner_id: int, bot_id: int, telegram_id: int, update_id: int, now: datetime) -> tuple[Message, ...]:
    """As the effect of the update in which the person confirmed it."""
    lead_id = Lead.objects.filter(partner_id=partner_id, telegram_id=telegram_id).values_list("pk", flat=True).first()
    farewell = erasure.forget(partner_id=partner_id, telegram_id=telegram_id, update_id=update_id, now=now)
    mine = updates_about(bot_id=bot_id, telegram_id=telegram_id, lead_id=lead_id)
    mine.filter(update_id=update_id).update(payload=ERASED)
    past = mine.exclude(update_id=update_id).filter(Q(handled_at__isnull=False) | Q(failed_at__isnull=False))
    past.update(
        payload=ERASED,
        replies="",
        handled_at=Coalesce(F("handled_at"), now),
        answered_at=Coalesce(F("answered_at"), now),
    )
    return farewell


def updates_about(*, bot_id: int, telegram_id: int, lead_id: int | None) -> QuerySet[InboxUpdate]:
    """Updates that name the person anywhere: as their sender, on a contact card that somebody else has shared,
    or on a card of the partner's panel, which comes back with every press under it."""
    about = Q(payload__regex=rf'"(id|user_id)": {int(telegram_id)}[,}}]')
    if lead_id is not None:
        about |= Q(payload__regex=rf'"{panel_data("[a-z_]+", lead_id)}[":]')
    return InboxUpdate.objects.filter(about, bot_id=bot_id)
