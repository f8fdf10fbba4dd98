"""What operators want of a bot. The running `runbots` hears of every change (NOTIFY) and makes it so."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from partners.fields import Secret
from partners.health import is_fresh
from partners.models import Bot, Partner

CHANNEL = "curator_bots"
TOKEN_PATTERN = re.compile(r"(\d{5,20}):[A-Za-z0-9_-]{30,64}")
LARGEST_ID = 2**63 - 1


class TokenRefused(ValueError):
    """A token that cannot be used, with a sentence that says why and never shows the token."""


def telegram_id_of(token: Secret) -> int:
    """The bot's number: it stands before the colon. Raises TokenRefused."""
    match = TOKEN_PATTERN.fullmatch(token.reveal())
    if match is None or int(match[1]) > LARGEST_ID:
        raise TokenRefused(_("This is not a bot token. Copy it from @BotFather whole: it looks like 123456789:AAF…"))
    return int(match[1])


def add_bot(*, partner: Partner, token: Secret, username: str = "", display_name: str = "", now: datetime) -> Bot:
    """A bot that `runbots` starts at once. Raises TokenRefused."""
    bot = Bot(
        partner=partner,
        token=token,
        telegram_id=telegram_id_of(token),
        username=username,
        display_name=display_name,
        wanted_at=now,
    )
    try:
        with transaction.atomic():
            bot.save(force_insert=True)
            notify(bot)
    except IntegrityError:
        raise _taken() from None
    return bot


def want_running(*, bot: Bot, now: datetime) -> bool:
    """True if this changed anything. A bot that failed is tried anew."""
    anew = Q(wanted=Bot.Wanted.RUNNING, state=Bot.State.FAILED)
    with transaction.atomic():
        started = _update(bot, ~Q(wanted=Bot.Wanted.RUNNING), wanted=Bot.Wanted.RUNNING, wanted_at=now)
        return started or _update(bot, anew, generation=F("generation") + 1, wanted_at=now)


def want_stopped(*, bot: Bot, now: datetime) -> bool:
    """True if this changed anything."""
    return _update(bot, ~Q(wanted=Bot.Wanted.STOPPED), wanted=Bot.Wanted.STOPPED, wanted_at=now)


def restart(*, bot: Bot, now: datetime) -> None:
    """From the beginning: Telegram is asked anew who the bot is, and told its commands."""
    _update(bot, Q(), wanted=Bot.Wanted.RUNNING, generation=F("generation") + 1, me=None, menu="", wanted_at=now)


def ask_self_test(*, bot: Bot, now: datetime) -> None:
    """`runbots` answers in `bot.self_test`; the answer is there when `self_test_at` is not before `now`."""
    _update(bot, Q(), self_test_wanted_at=now)


def ask_topics(*, bot: Bot, now: datetime, asked_by: int | None = None) -> None:
    """`runbots` makes the topics of the group that are missing, and tells it to `asked_by` as well."""
    _update(bot, Q(), topics_wanted_at=now, topics_asked_by=asked_by)


def replace_token(*, bot: Bot, token: Secret, now: datetime) -> bool:
    """True if the token is another one; then the bot starts anew with it. Raises TokenRefused."""
    telegram_id = telegram_id_of(token)
    if bot.token == token:
        return False
    try:
        with transaction.atomic():
            return _update(
                bot,
                Q(),
                token=token,
                telegram_id=telegram_id,
                me=None,
                menu="",
                generation=F("generation") + 1,
                wanted_at=now,
            )
    except IntegrityError:
        raise _taken() from None


def notify(bot: Bot) -> None:
    """Wakes `runbots` when the transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(bot.pk)])


def is_settled(bot: Bot) -> bool:
    """Whether what runs is what is wanted."""
    if bot.wanted == Bot.Wanted.STOPPED:
        return bot.state == Bot.State.STOPPED
    return bot.state == Bot.State.RUNNING and bot.running_generation == bot.generation


def is_as_wanted(bot: Bot, *, now: datetime) -> bool:
    """Settled, and whoever runs it still lives: a runner that was killed leaves its rows as they were."""
    return is_settled(bot) and (bot.wanted == Bot.Wanted.STOPPED or is_fresh(bot, now))


def has_failed(bot: Bot) -> bool:
    """`runbots` has tried what is wanted, and does not try again until the wish changes."""
    is_answer = bot.running_generation == bot.generation
    return bot.wanted == Bot.Wanted.RUNNING and bot.state == Bot.State.FAILED and is_answer


def _update(bot: Bot, condition: Q, **changes: object) -> bool:
    with transaction.atomic():
        changed = Bot.objects.filter(condition, pk=bot.pk).update(**changes) > 0
        if changed:
            notify(bot)
    bot.refresh_from_db()
    return changed


def _taken() -> TokenRefused:
    return TokenRefused(_("This token belongs to a bot of another partner. Make a new bot in @BotFather."))
