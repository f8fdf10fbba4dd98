"""What the partner must hear of at once, in the transaction of its cause. Behind the partner's door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from content.messages import Message
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from funnels.card_text import SOURCE, Headline
from funnels.models import Alert
from funnels.services.cards import card
from funnels.services.unreachable import tell_instead
from funnels.working_hours import WorkingHours
from partners.models import Bot, Lead, Partner

MOST_AN_HOUR = 30  # messages about one lead: nobody may bury the partner's other alerts


def raise_alert(*, lead: Lead, trigger: Alert.Trigger, now: datetime, key: str = "", asked: str = "") -> Alert | None:
    """None if it was raised today already, in the partner's zone. `lead.partner` and the lead's links are read.

    `key` is that of the message, if its cause has one of its own; `asked` is the lead's message it is about.

    The row is made in any case, also for a partner who wants no messages: lists and the digest show it.
    """
    if lead.erased_at is not None:
        return None
    alert, is_new = Alert.objects.get_or_create(
        lead=lead,
        trigger=trigger,
        day=day_of(lead.partner, now),
        defaults={"partner_id": lead.partner_id, "at": now, "remind_at": hours_of(lead.partner).repeat_at(now)},
    )
    if not is_new:
        return None
    if lead.partner.lead_notifications:
        message = card(lead=lead, trigger=trigger, now=now, asked=asked)
        tell(lead=lead, message=message, key=key or f"alert:{alert.pk}", now=now)
    return alert


def raise_again(
    *, lead: Lead, trigger: Alert.Trigger, headline: Headline, key: str, now: datetime, asked: str = ""
) -> None:
    """For what the partner must not miss, the second question of a day, say: today's alert opens again."""
    if raise_alert(lead=lead, trigger=trigger, now=now, key=key, asked=asked) is not None or lead.erased_at is not None:
        return
    today = Alert.objects.filter(lead=lead, trigger=trigger, day=day_of(lead.partner, now))
    again = hours_of(lead.partner).repeat_at(now)
    today.update(state=Alert.State.OPEN, settled_at=None, remind_at=again, wished=False)
    if lead.partner.lead_notifications and not floods(lead=lead, now=now):
        tell(lead=lead, message=card(lead=lead, trigger=headline, now=now, asked=asked), key=key, now=now)


def settle(*, lead: Lead, state: Alert.State, now: datetime) -> int:
    """Closes all open alerts of the lead; returns how many there were."""
    opened = Alert.objects.filter(lead=lead, state=Alert.State.OPEN)
    return opened.update(state=state, settled_at=now, remind_at=None)


def tell(*, lead: Lead, message: Message, key: str, now: datetime) -> int:
    """To the partner and the helpers, whatever `lead_notifications` says; how many promises are new.

    If there is nobody to tell, the operators hear it instead.

    `key` makes the message one of a kind for each of them; at most 90 characters.
    """
    bot_id = Bot.objects.filter(partner_id=lead.partner_id).values_list("pk", flat=True).first()
    readers = readers_of(lead.partner)
    if bot_id is None:
        return 0
    if not readers:
        tell_instead(partner=lead.partner, lead_id=lead.pk, key=key, card=message.text, why="no_telegram_id", now=now)
        return 0
    promised = [Promise(chat_id, f"{key}:{chat_id}", message, not_before=now, lead_id=lead.pk) for chat_id in readers]
    lane = OutboxMessage.Lane.ALERT
    return promise(partner_id=lead.partner_id, bot_id=bot_id, lane=lane, promises=promised, now=now, source=SOURCE)


def floods(*, lead: Lead, now: datetime) -> bool:
    """Whether the partner has heard enough of this lead for now: the rest is on the lead's page."""
    told = OutboxMessage.objects.filter(lead=lead, source=SOURCE, created_at__gt=now - timedelta(hours=1))
    return told.count() >= MOST_AN_HOUR * max(len(readers_of(lead.partner)), 1)


def readers_of(partner: Partner) -> Sequence[int]:
    """The Telegram ids of the partner and the helpers; empty: nobody can be told."""
    return tuple(dict.fromkeys(filter(None, (partner.telegram_id, *partner.admin_telegram_ids))))


def day_of(partner: Partner, now: datetime) -> date:
    return now.astimezone(ZoneInfo(partner.time_zone)).date()


def hours_of(partner: Partner) -> WorkingHours:
    return WorkingHours(partner.work_from, partner.work_to, ZoneInfo(partner.time_zone))
