"""The fleet at a glance: of every bot just what its health, its square and a search need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from partners.fastsql import fetch
from partners.health import Health, Status, health_of, is_fresh
from partners.models import Bot

# What has not been measured yet counts as nothing: then only the bot's own state is judged.
LINES: LiteralString = """
SELECT b.id, b.partner_id, p.name, p.slug, b.username, b.wanted, b.state, b.trouble, b.generation,
    b.running_generation, b.wanted_at, b.heartbeat_at, coalesce(v.waiting, '{}'), coalesce(v.failed_hour, 0),
    coalesce(v.aside_hour, 0), coalesce(v.calls_hour, 0), coalesce(v.throttled_hour, 0), coalesce(v.ai_hour, 0),
    coalesce(v.ai_failed_hour, 0), coalesce(v.ai_rests, false), coalesce(v.leads_today, 0)
FROM partners_bot b JOIN partners_partner p ON p.id = b.partner_id LEFT JOIN partners_botvitals v ON v.bot_id = b.id
ORDER BY p.name, b.id
"""


@dataclass(slots=True)
class Line:
    """A bot and its vitals in one, as `health_of` wants both; a thousand models would take ten times as long."""

    pk: int
    partner_id: int
    name: str
    slug: str
    username: str
    wanted: str
    state: str
    trouble: str
    generation: int
    running_generation: int
    wanted_at: datetime | None
    heartbeat_at: datetime | None
    waiting: Mapping[str, float]
    failed_hour: int
    aside_hour: int
    calls_hour: int
    throttled_hour: int
    ai_hour: int
    ai_failed_hour: int
    ai_rests: bool
    leads_today: int


@dataclass(frozen=True, slots=True)
class Glance:
    bot: Line
    health: Health

    @property
    def status(self) -> Status:
        return self.health.status

    @property
    def tone(self) -> str:
        return "bad" if self.health.needs_attention else self.status.tone


@dataclass(frozen=True, slots=True)
class Fleet:
    """Bots that need attention come first."""

    rows: list[Glance]
    now: datetime

    @property
    def running(self) -> int:
        return sum(row.status.tone == "good" for row in self.rows)

    @property
    def stopped(self) -> int:
        return sum(row.status.tone == "off" for row in self.rows)

    @property
    def troubled(self) -> int:
        return sum(row.health.needs_attention for row in self.rows)

    @property
    def leads_today(self) -> int:
        return sum(row.bot.leads_today for row in self.rows)

    @property
    def misses_runner(self) -> bool:
        is_alive = any(is_fresh(row.bot, self.now) for row in self.rows)
        return not is_alive and any(row.bot.wanted == Bot.Wanted.RUNNING for row in self.rows)


def fleet(now: datetime) -> Fleet:
    lines = [Line(*values) for values in fetch(LINES, [], binary=True)]
    rows = [Glance(line, health_of(line, line, now)) for line in lines]
    rows.sort(key=lambda row: (not row.health.needs_attention, row.status.tone != "bad"))
    return Fleet(rows, now)
