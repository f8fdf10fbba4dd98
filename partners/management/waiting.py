"""Waiting until the running `runbots` has done what operators want."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from partners.models import Bot
from partners.services.bots import has_failed, is_as_wanted

POLL = 0.5  # seconds
GRACE = 15.0  # seconds; without a heartbeat in this time nobody is going to do it


@dataclass(frozen=True, slots=True)
class Look:
    """The bots as they are now, and whether any runner is there to change them."""

    bots: list[Bot]
    runner_is_alive: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """`open` are the bots that have not got what was wanted."""

    open: list[Bot]
    runner_is_alive: bool


def wait_until_settled(
    *,
    look: Callable[[], Look],
    now: Callable[[], datetime],
    sleep: Callable[[float], object],
    timeout: float,
    tell: Callable[[Bot], object],
) -> Outcome:
    """Looks until every bot is settled or has failed; `tell` hears once of each that is settled."""
    started, told = now(), set()
    while True:
        seen = look()
        unsettled = [bot for bot in seen.bots if not is_as_wanted(bot, now=now())]
        for bot in seen.bots:
            if bot.pk not in told and bot not in unsettled:
                told.add(bot.pk)
                tell(bot)
        waited = (now() - started).total_seconds()
        patience = timeout if seen.runner_is_alive else min(timeout, GRACE)
        if all(map(has_failed, unsettled)) or waited >= patience:
            return Outcome(unsettled, seen.runner_is_alive)
        sleep(POLL)
