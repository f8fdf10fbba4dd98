"""What falls due next: for one person and bot, and anywhere. For whoever can move the clock. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Min

from content.models import OutboxMessage, Post, PostPlan
from content.services.posts import publishing
from funnels.forecast import departure
from funnels.models import Alert, Checklist, Enrollment
from funnels.services.enrollments import clockwork_of
from funnels.services.sequences import sequences_of
from funnels.warmup import Place
from partners.models import Bot, Lead, Partner


def next_due(*, now: datetime) -> datetime | None:
    """When anything is due next after `now`, at any partner. Behind the operators' door."""
    timers = (
        (Enrollment.objects.filter(state=Enrollment.State.ACTIVE), "fire_at"),
        (OutboxMessage.objects.filter(state=OutboxMessage.State.QUEUED), "not_before"),
        (Alert.objects.all(), "remind_at"),
        (Partner.objects.all(), "digest_due_at"),
        (Post.objects.filter(state__in=publishing.DUE), "due_at"),
        (PostPlan.objects.filter(enabled=True), "next_at"),
        (Checklist.objects.all(), "nudge_at"),
    )
    found = (rows.filter(**{f"{name}__gt": now}).aggregate(at=Min(name))["at"] for rows, name in timers)
    return _earliest(found, now)


def next_message(*, bot_id: int, person_id: int, now: datetime) -> datetime | None:
    """When the bot with this Telegram id will next write to this person, as far as the rows tell.

    Behind the operators' door.
    """
    bot = Bot.objects.select_related("partner").filter(telegram_id=bot_id).first()
    if bot is None:
        return None
    waiting = OutboxMessage.objects.filter(bot=bot, chat_id=person_id, state=OutboxMessage.State.QUEUED)
    found: list[datetime | None] = list(waiting.filter(not_before__gt=now).values_list("not_before", flat=True))
    lead = Lead.objects.filter(partner=bot.partner, telegram_id=person_id).first()
    if lead is not None:
        found += _warmup(lead, bot.partner, now)
    if person_id in (bot.partner.telegram_id, *bot.partner.admin_telegram_ids):
        found += _for_partner(bot.partner)
    return _earliest(found, now)


def _warmup(lead: Lead, partner: Partner, now: datetime) -> list[datetime]:
    sequences = sequences_of(partner_id=partner.pk)
    clockwork = clockwork_of(lead=lead, partner=partner, now=now)
    found = []
    for row in Enrollment.objects.filter(lead=lead, state=Enrollment.State.ACTIVE):
        sequence = sequences.get(row.sequence)
        if sequence is not None and row.fire_at is not None:
            leaves = departure(sequence, Place(row.position, row.next_step, row.fire_at), clockwork, now)
            found += [leaves.fire_at] if leaves else []
    return found


def _for_partner(partner: Partner) -> list[datetime | None]:
    reminders = Alert.objects.filter(partner=partner, remind_at__isnull=False)
    plans = PostPlan.objects.filter(partner=partner, enabled=True)
    return [
        *reminders.values_list("remind_at", flat=True),
        *plans.values_list("next_at", flat=True),
        *Checklist.objects.filter(partner=partner).values_list("nudge_at", flat=True),
        partner.digest_due_at,
    ]


def _earliest(moments: Iterable[datetime | None], now: datetime) -> datetime | None:
    return min((at for at in moments if at is not None and at > now), default=None)
