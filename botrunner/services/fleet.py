"""What the supervisor reads and writes about bots. Behind the operators' door."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from json import loads
from typing import Any

from content.ai.accounts import yandex_of
from content.ai.yandex import Yandex
from partners.fastsql import fetch
from partners.models import Bot, Partner, YandexAccount

SILENCE = timedelta(seconds=75)  # longer than a poll may take
BEAT_EVERY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Wish:
    """What operators want of a bot."""

    bot_id: int
    partner_id: int
    running: bool
    generation: int
    state: str
    self_test: bool
    topics: bool = False
    owner_id: int | None = None  # the Telegram ids of those who have a panel there
    helper_ids: tuple[int, ...] = ()
    panel_menus: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_starting(self) -> bool:
        """A self-test waits for it: until then a webhook may be in the way that the start removes."""
        return self.running and self.state not in (Bot.State.RUNNING, Bot.State.FAILED)

    @property
    def looks_alive(self) -> bool:
        """Reported as alive although it should not be: by this runner, or by one that died."""
        return not self.running and self.state != Bot.State.STOPPED


@dataclass(frozen=True, slots=True)
class Keys:
    """What it takes to start a bot."""

    token: str
    me: dict[str, Any] | None
    menu: str  # of commands, as Telegram shows it

    def __repr__(self) -> str:
        return "Keys(…)"


@dataclass(slots=True)
class Pulse:
    """What a running bot tells of itself."""

    bot_id: int
    generation: int
    state: str = Bot.State.STARTING
    answered_at: datetime | None = None  # when Telegram last answered its poll
    last_update_at: datetime | None = None
    error: str = ""
    error_at: datetime | None = None
    trouble: str = ""
    # since they were last written down
    updates: int = 0
    calls: int = 0
    throttled: int = 0
    reported: tuple[object, ...] = ()

    def works(self, now: datetime) -> None:
        """Telegram has just answered it."""
        self.state, self.answered_at, self.trouble = Bot.State.RUNNING, now, ""

    def failed(self, error: str, now: datetime, *, trouble: str = "") -> None:
        self.state, self.error, self.error_at, self.trouble = Bot.State.FAILED, error[:500], now, trouble

    def troubled(self, error: str, now: datetime) -> None:
        self.error, self.error_at = error[:500], now

    def beat(self, now: datetime) -> datetime | None:
        """Now, as long as the poll is answered in time; else when it last was."""
        alive = self.answered_at is not None and now - self.answered_at < SILENCE
        return now if alive else self.answered_at

    def has_news(self, now: datetime) -> bool:
        return self.reported != self._news(now)

    def was_reported(self, now: datetime) -> None:
        self.reported = self._news(now)

    def _news(self, now: datetime) -> tuple[object, ...]:
        tick = int(now.timestamp() // BEAT_EVERY.total_seconds())
        return self.state, self.generation, self.last_update_at, self.error_at, tick


WISHES = """
SELECT b.id, b.partner_id, b.wanted = 'running', b.generation, b.state, b.self_test_wanted_at IS NOT NULL,
    b.topics_wanted_at IS NOT NULL, p.telegram_id, p.admin_telegram_ids, b.panel_menus
FROM partners_bot b JOIN partners_partner p ON p.id = b.partner_id
WHERE %(partner)s::bigint IS NULL OR b.partner_id = %(partner)s ORDER BY b.id
"""


def wishes(*, partner_id: int | None = None) -> list[Wish]:
    """Hand-written: every runner looks at all bots every three seconds, and there may be ten thousand.

    JSON comes as text: Django has told psycopg so.
    """
    return [
        Wish(bot, partner, running, generation, state, test, topics, owner, tuple(loads(helpers)), loads(menus))
        for bot, partner, running, generation, state, test, topics, owner, helpers, menus in fetch(
            WISHES, {"partner": partner_id}
        )
    ]


def keys_of(*, bot_id: int) -> Keys:
    bot = Bot.objects.only("token", "me", "menu").get(pk=bot_id)
    return Keys(bot.token.reveal(), bot.me, bot.menu)


def remember_me(*, bot_id: int, me: dict[str, Any]) -> None:
    """Keeps getMe's answer, so that the next start need not ask."""
    Bot.objects.filter(pk=bot_id).update(me=me, username=me.get("username", ""))


def remember_menu(*, bot_id: int, menu: str) -> None:
    Bot.objects.filter(pk=bot_id).update(menu=menu)


TAKE = "UPDATE partners_bot SET runner = %s WHERE id = ANY(%b::bigint[])"


def take(*, bot_ids: Collection[int], runner: str) -> None:
    """By the runner that has just got their locks: from now on nobody else's reports count."""
    if bot_ids:
        fetch(TAKE, [runner, sorted(bot_ids)])


REPORT = """
UPDATE partners_bot b SET state = r.state, running_generation = r.generation, runner = %s,
    heartbeat_at = coalesce(r.beats_at, heartbeat_at), last_update_at = coalesce(r.last_update_at, b.last_update_at),
    last_error = CASE WHEN r.error_at IS NULL THEN b.last_error ELSE r.error END,
    last_error_at = coalesce(r.error_at, b.last_error_at), trouble = r.trouble
FROM unnest(%b::bigint[], %b::text[], %b::int[], %b::timestamptz[], %b::timestamptz[], %b::text[], %b::timestamptz[],
            %b::text[])
    AS r (id, state, generation, beats_at, last_update_at, error, error_at, trouble)
WHERE b.id = r.id AND b.runner = %s
"""


def report(*, pulses: Sequence[Pulse], runner: str, now: datetime, last: bool = False) -> None:
    """Writes what the bots of this runner told, in one statement; `last`: it has them no longer.

    What a runner says of bots that another one has taken is not written.
    """
    rows = [
        (p.bot_id, p.state, p.generation, p.beat(now), p.last_update_at, p.error, p.error_at, p.trouble)
        for p in sorted(pulses, key=lambda pulse: pulse.bot_id)  # two runners must not lock rows crosswise
    ]
    fetch(REPORT, ["" if last else runner, *(list(column) for column in zip(*rows, strict=True)), runner])
    for pulse in pulses:
        pulse.was_reported(now)


COUNT = """
INSERT INTO partners_bottraffic AS t (bot_id, partner_id, at, updates, calls, throttled)
SELECT b.id, b.partner_id, date_bin('15 minutes', %s, 'epoch'), c.updates, c.calls, c.throttled
FROM unnest(%b::bigint[], %b::int[], %b::int[], %b::int[]) AS c (id, updates, calls, throttled)
JOIN partners_bot b ON b.id = c.id
ON CONFLICT (bot_id, at) DO UPDATE SET updates = t.updates + EXCLUDED.updates, calls = t.calls + EXCLUDED.calls,
    throttled = t.throttled + EXCLUDED.throttled
"""


def count(*, pulses: Sequence[Pulse], now: datetime) -> None:
    """Adds what the bots did since they were last counted. Lost with a crash: it is for looking at, not for sums."""
    busy = sorted((p for p in pulses if p.updates or p.calls), key=lambda pulse: pulse.bot_id)
    if not busy:
        return
    rows = [(p.bot_id, p.updates, p.calls, p.throttled) for p in busy]
    for pulse in busy:
        pulse.updates = pulse.calls = pulse.throttled = 0
    fetch(COUNT, [now, *(list(column) for column in zip(*rows, strict=True))])


def claim_self_test(*, bot_id: int) -> bool:
    """Whether this runner is the one to do it."""
    asked = Bot.objects.filter(pk=bot_id, self_test_wanted_at__isnull=False)
    return asked.update(self_test_wanted_at=None) == 1


def save_self_test(*, bot_id: int, results: list[dict[str, Any]], now: datetime) -> None:
    Bot.objects.filter(pk=bot_id).update(self_test=results, self_test_at=now)


@dataclass(frozen=True, slots=True)
class Outside:
    """What a bot needs beside Telegram."""

    shop: str
    registration: str
    has_cloud: bool
    cloud: Yandex | None  # None if its key was never entered


def outside_of(*, bot_id: int) -> Outside:
    partner = Partner.objects.get(bot__pk=bot_id)
    account = YandexAccount.objects.filter(partner=partner).first()
    cloud = yandex_of(account) if account else None
    return Outside(partner.shop_link, partner.registration_link, account is not None, cloud)


def group_of(*, bot_id: int) -> int | None:
    return Partner.objects.values_list("group_id", flat=True).get(bot__pk=bot_id)
