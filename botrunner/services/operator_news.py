"""Tells operators, once, what a row of theirs has to say: by Telegram through bots that work, and by e-mail."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F, Q, QuerySet

from content.messages import Html, Message
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from partners import tenancy
from partners.health import HEARTBEAT_LIMIT
from partners.incident_texts import plain
from partners.models import Bot, Lead
from partners.models.told import Told

log = logging.getLogger(__name__)
Telling = Told.Telling
TRIES = 2
ABANDONED = timedelta(minutes=5)  # whoever was sending it is dead
AT_ONCE = 500
Row = TypeVar("Row", bound=Told)


@dataclass(frozen=True, slots=True)
class News(Generic[Row]):
    """`letters`: HTML, with the places in what was given that it tells of; `key` makes it one message for each."""

    source: str
    rows: Callable[[], QuerySet[Row]]
    key: Callable[[Row], str]
    letters: Callable[[Sequence[Row]], list[tuple[list[int], str]]]


def tell(news: News[Row], *, now: datetime) -> None:
    """Promises each operator the news that nobody has told yet. Behind the operators' door.

    The bot that an incident is about may be the one that cannot speak, so any that works will do: the one the
    operator wrote to last. While there is none the news wait.
    """
    rows = list(news.rows().filter(telegram=Telling.WAITING).order_by("pk")[:AT_ONCE])
    if not rows:
        return
    bots = {person: bot for person in settings.OPERATOR_TELEGRAM_IDS if (bot := _bot_for(person, now))}
    if settings.OPERATOR_TELEGRAM_IDS and not bots:
        return
    for places, text in news.letters(rows):
        key = news.key(rows[places[0]])
        for person, (partner_id, bot_id) in bots.items():
            said = [Promise(person, f"{key}:{person}", Message(Html(text)), not_before=now)]
            promise(
                partner_id=partner_id, bot_id=bot_id, lane=OutboxMessage.Lane.ALERT, promises=said, now=now,
                source=news.source,
            )  # fmt: skip
    told = Telling.TOLD if bots else Telling.NOBODY
    news.rows().filter(pk__in=[row.pk for row in rows]).update(telegram=told)


def mail(news: News[Row], *, now: datetime) -> None:
    """Outside of any transaction: claimed, sent, written down. A second try is the last one."""
    with tenancy.all_partners():
        if not settings.OPERATORS_EMAILS:
            news.rows().filter(mail=Telling.WAITING).update(mail=Telling.NOBODY)
            return
        rows = _claimed(news, now)
        letters = news.letters(rows) if rows else []
    for places, text in letters:
        _settle(news, [rows[place] for place in places], _sent(plain(text)))


def _bot_for(telegram_id: int, now: datetime) -> tuple[int, int] | None:
    """(partner, bot): running, and opened by this person at least once."""
    works = Q(partner__bot__state=Bot.State.RUNNING, partner__bot__heartbeat_at__gt=now - HEARTBEAT_LIMIT)
    met = Lead.objects.filter(works, telegram_id=telegram_id, blocked_at=None).order_by("-last_seen_at")
    found: tuple[int, int] | None = met.values_list("partner_id", "partner__bot__pk").first()
    return found


def _claimed(news: News[Row], now: datetime) -> list[Row]:
    again = Q(mail=Telling.SENDING, mail_at__lt=now - ABANDONED, mail_tries__lt=TRIES)
    waiting = news.rows().filter(Q(mail=Telling.WAITING) | again).order_by("pk")
    keys = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:AT_ONCE])
    claimed = news.rows().filter(pk__in=keys)
    claimed.update(mail=Telling.SENDING, mail_at=now, mail_tries=F("mail_tries") + 1)
    return list(claimed.order_by("pk"))


def _sent(text: str) -> bool:
    subject = text.partition("\n")[0]
    try:
        send_mail(subject, text, None, settings.OPERATORS_EMAILS)
    except Exception as error:  # smtplib, sockets and TLS each have their own; their texts may show the password
        log.warning("operators could not be mailed: %s", type(error).__name__)
        return False
    return True


def _settle(news: News[Row], rows: Sequence[Row], sent: bool) -> None:
    with tenancy.all_partners():
        for row in rows:
            again = Telling.WAITING if row.mail_tries < TRIES else Telling.FAILED
            news.rows().filter(pk=row.pk, mail=Telling.SENDING).update(mail=Telling.TOLD if sent else again)
