"""How a bot is, in the words of the board, of `manage_partners` and of incidents alike. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

HEARTBEAT_LIMIT = timedelta(seconds=75)  # a quiet bot's poll is answered every 50 to 60 seconds
START_LIMIT = timedelta(seconds=60)
WORKER_SILENCE = timedelta(seconds=60)  # three ticks of `watch_fleet`


class Trouble(StrEnum):
    # of a bot
    DOWN = "down"
    TOKEN = "token"
    CONFLICT = "conflict"
    QUEUE = "queue"
    ERRORS = "errors"
    AI = "ai"
    # of the platform
    RUNNER = "runner"
    WORKER = "worker"
    BACKUP_OLD = "backup_old"
    BACKUP_UNPROVEN = "backup_unproven"
    DISK = "disk"


WORDS = {
    Trouble.DOWN: gettext_lazy("bot does not work"),
    Trouble.TOKEN: gettext_lazy("token is refused"),
    Trouble.CONFLICT: gettext_lazy("another program polls"),
    Trouble.QUEUE: gettext_lazy("queue stands"),
    Trouble.ERRORS: gettext_lazy("many errors"),
    Trouble.AI: gettext_lazy("AI does not answer"),
    Trouble.RUNNER: gettext_lazy("no runner of the bots"),
    Trouble.WORKER: gettext_lazy("background work stands"),
    Trouble.BACKUP_OLD: gettext_lazy("backup is old"),
    Trouble.BACKUP_UNPROVEN: gettext_lazy("backup is unproven"),
    Trouble.DISK: gettext_lazy("disk is nearly full"),
}

# How long the oldest due message of a lane may wait. A broadcast to 100,000 people takes an hour by itself.
LANES = {
    0: (timedelta(minutes=1), gettext_lazy("replies")),
    1: (timedelta(minutes=2), gettext_lazy("alerts")),
    2: (timedelta(minutes=5), gettext_lazy("posts")),
    3: (timedelta(minutes=15), gettext_lazy("sequences")),
    4: (timedelta(hours=2), gettext_lazy("broadcasts")),
}
MANY_FAILED, MANY_ASIDE = 10, 3  # within an hour
MANY_CALLS, THROTTLED_SHARE = 50, 0.2
AI_CALLS, AI_SHARE = 5, 0.5


@dataclass(frozen=True, slots=True)
class Status:
    """`tone` chooses the colour; the word says the same without it."""

    word: str
    tone: str
    needs_attention: bool = False


class BotState(Protocol):
    """What `partners.models.Bot` tells of itself."""

    wanted: str
    state: str
    trouble: str
    generation: int
    running_generation: int
    wanted_at: datetime | None
    heartbeat_at: datetime | None


class Vitals(Protocol):
    """What `partners.models.BotVitals` holds."""

    waiting: Mapping[str, float]
    failed_hour: int
    aside_hour: int
    calls_hour: int
    throttled_hour: int
    ai_hour: int
    ai_failed_hour: int
    ai_rests: bool


@dataclass(frozen=True, slots=True)
class Health:
    """`troubles`: what is wrong and how much. While a bot stands its queues and its AI tell nothing of their own."""

    status: Status
    troubles: Mapping[Trouble, str] = field(default_factory=dict)

    @property
    def needs_attention(self) -> bool:
        return self.status.needs_attention or bool(self.troubles)

    @property
    def stands(self) -> bool:
        return not self.troubles.keys().isdisjoint((Trouble.DOWN, Trouble.TOKEN, Trouble.CONFLICT))

    @property
    def signs(self) -> list[str]:
        """What the status does not say already."""
        known = (Trouble.DOWN, Trouble.TOKEN, Trouble.CONFLICT)
        return [f"{WORDS[one]}: {how}" if how else str(WORDS[one]) for one, how in self.troubles.items()
                if one not in known]  # fmt: skip

    @property
    def word(self) -> str:
        return "; ".join([self.status.word, *self.signs])


def health_of(bot: BotState, vitals: Vitals | None, now: datetime) -> Health:
    status = status_of(bot, now)
    if status.needs_attention:
        kind = Trouble(bot.trouble) if bot.trouble in (Trouble.TOKEN, Trouble.CONFLICT) else Trouble.DOWN
        return Health(status, {kind: status.word if kind == Trouble.DOWN else ""})
    if vitals is None or bot.wanted == "stopped":
        return Health(status)
    found = {Trouble.QUEUE: _queue(vitals), Trouble.ERRORS: _errors(vitals), Trouble.AI: _ai(vitals)}
    return Health(status, {kind: how for kind, how in found.items() if how})


def status_of(bot: BotState, now: datetime) -> Status:
    if bot.wanted == "stopped":
        stopping = bot.state in ("running", "starting") and is_fresh(bot, now)
        return Status(_("stopping"), "wait") if stopping else Status(_("stopped"), "off")
    if bot.state == "failed" and bot.running_generation >= bot.generation:
        return Status(_failure(bot.trouble), "bad", needs_attention=True)
    if bot.state == "running":
        if not is_fresh(bot, now):
            return Status(_("does not answer"), "bad", needs_attention=True)
        if bot.running_generation == bot.generation:
            return Status(_("running"), "good")
        return Status(_("restarting"), "wait", needs_attention=_is_late(bot, now))
    if bot.state == "starting" and is_fresh(bot, now):
        return Status(_("starting"), "wait", needs_attention=_is_late(bot, now))
    return Status(_("waits for a start"), "wait", needs_attention=_is_late(bot, now))


def is_fresh(bot: BotState, now: datetime) -> bool:
    return bot.heartbeat_at is not None and now - bot.heartbeat_at < HEARTBEAT_LIMIT


def span(seconds: float) -> str:
    """«12 min»: a length of time with one unit."""
    whole = max(0, int(seconds))
    if whole < 60:
        return _("%(n)s s") % {"n": whole}
    if whole < 3600:
        return _("%(n)s min") % {"n": whole // 60}
    return _("%(n)s h") % {"n": whole // 3600} if whole < 86_400 else _("%(n)s d") % {"n": whole // 86_400}


def _failure(trouble: str) -> str:
    return str(WORDS[Trouble(trouble)]) if trouble in (Trouble.TOKEN, Trouble.CONFLICT) else _("failed")


def _is_late(bot: BotState, now: datetime) -> bool:
    return bot.wanted_at is None or now - bot.wanted_at > START_LIMIT


def _queue(vitals: Vitals) -> str:
    late = [
        f"{word} {span(seconds)}"
        for lane, (limit, word) in LANES.items()
        if (seconds := vitals.waiting.get(str(lane), 0)) > limit.total_seconds()
    ]
    return ", ".join(late)


def _errors(vitals: Vitals) -> str:
    found = []
    if vitals.failed_hour >= MANY_FAILED:
        found.append(_("%(n)s not delivered within an hour") % {"n": vitals.failed_hour})
    if vitals.aside_hour >= MANY_ASIDE:
        found.append(_("%(n)s updates set aside within an hour") % {"n": vitals.aside_hour})
    if vitals.calls_hour >= MANY_CALLS and vitals.throttled_hour >= vitals.calls_hour * THROTTLED_SHARE:
        found.append(_("Telegram slows down %(n)s %%") % {"n": 100 * vitals.throttled_hour // vitals.calls_hour})
    return ", ".join(found)


def _ai(vitals: Vitals) -> str:
    failed, asked = vitals.ai_failed_hour, vitals.ai_hour
    if failed and ((vitals.ai_rests and failed == asked) or (asked >= AI_CALLS and failed >= asked * AI_SHARE)):
        return _("%(failed)s of %(asked)s calls failed within an hour") % {"failed": failed, "asked": asked}
    return ""
