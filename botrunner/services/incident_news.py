"""Tells operators of incidents: by Telegram through bots that work, and by e-mail."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F, Q
from django.urls import reverse

from content.messages import Html, Message
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from partners import tenancy
from partners.health import HEARTBEAT_LIMIT, Trouble
from partners.incident_texts import News, messages, plain
from partners.models import Bot, IncidentEvent, Lead

log = logging.getLogger(__name__)
What, Telling = IncidentEvent.What, IncidentEvent.Telling
TRIES = 2
ABANDONED = timedelta(minutes=5)  # whoever was sending it is dead


def tell(*, now: datetime) -> None:
    """Promises each operator the news that nobody has told yet. Behind the operators' door.

    The bot that an incident is about may be the one that cannot speak, so any that works will do: the one the
    operator wrote to last. While there is none the news wait.
    """
    events = _untold()
    bots = {person: bot for person in settings.OPERATOR_TELEGRAM_IDS if (bot := _bot_for(person, now))}
    if not events or (settings.OPERATOR_TELEGRAM_IDS and not bots):
        return
    for places, text in messages([_news(event) for event in events], _url()):
        key = f"incident:{events[places[0]].pk}"
        for person, (partner_id, bot_id) in bots.items():
            said = [Promise(person, f"{key}:{person}", Message(Html(text)), not_before=now)]
            promise(
                partner_id=partner_id, bot_id=bot_id, lane=OutboxMessage.Lane.ALERT, promises=said, now=now,
                source="incidents",
            )  # fmt: skip
    told = Telling.TOLD if bots else Telling.NOBODY
    IncidentEvent.objects.filter(pk__in=[event.pk for event in events]).update(telegram=told)


def mail(*, now: datetime) -> None:
    """Outside of any transaction: claimed, sent, written down. A second try is the last one."""
    with tenancy.all_partners():
        if not settings.OPERATORS_EMAILS:
            IncidentEvent.objects.filter(mail=Telling.WAITING).update(mail=Telling.NOBODY)
            return
        events = _claimed(now)
        letters = messages([_news(event) for event in events], _url())
    for places, text in letters:
        sent = _sent(plain(text))
        _settle([events[place] for place in places], sent)


def _untold() -> Sequence[IncidentEvent]:
    return list(
        IncidentEvent.objects.filter(telegram=Telling.WAITING).select_related("incident__partner").order_by("pk")[:500]
    )


def _bot_for(telegram_id: int, now: datetime) -> tuple[int, int] | None:
    """(partner, bot): running, and opened by this person at least once."""
    works = Q(partner__bot__state=Bot.State.RUNNING, partner__bot__heartbeat_at__gt=now - HEARTBEAT_LIMIT)
    met = Lead.objects.filter(works, telegram_id=telegram_id, blocked_at=None).order_by("-last_seen_at")
    found: tuple[int, int] | None = met.values_list("partner_id", "partner__bot__pk").first()
    return found


def _claimed(now: datetime) -> list[IncidentEvent]:
    again = Q(mail=Telling.SENDING, mail_at__lt=now - ABANDONED, mail_tries__lt=TRIES)
    rows = IncidentEvent.objects.filter(Q(mail=Telling.WAITING) | again).select_for_update(skip_locked=True)
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:500])
    claimed = IncidentEvent.objects.filter(pk__in=keys)
    claimed.update(mail=Telling.SENDING, mail_at=now, mail_tries=F("mail_tries") + 1)
    return list(claimed.select_related("incident__partner").order_by("pk"))


def _sent(text: str) -> bool:
    subject = text.partition("\n")[0]
    try:
        send_mail(subject, text, None, settings.OPERATORS_EMAILS)
    except Exception as error:  # smtplib, sockets and TLS each have their own; their texts may show the password
        log.warning("an incident could not be mailed: %s", type(error).__name__)
        return False
    return True


def _settle(events: Sequence[IncidentEvent], sent: bool) -> None:
    with tenancy.all_partners():
        for event in events:
            again = Telling.WAITING if event.mail_tries < TRIES else Telling.FAILED
            IncidentEvent.objects.filter(pk=event.pk).update(mail=Telling.TOLD if sent else again)


def _news(event: IncidentEvent) -> News:
    incident = event.incident
    return News(
        kind=Trouble(incident.kind), where=incident.where, detail=event.detail, opened=event.what == What.OPENED,
        times=incident.times, opened_at=incident.opened_at or event.at, at=event.at,
    )  # fmt: skip


def _url() -> str:
    return f"{settings.PUBLIC_URL}{reverse('admin:partners_incident_changelist')}"
