"""How quickly the operators' home page answers with a thousand bots, and its fragment that every screen asks for.

The peer in the same run is the plain way: every bot asked for and drawn by itself, all on one page.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, LiteralString

from bench.machine import BASE, environment, scratch_database
from bench.network import fill
from bench.reports import login

BOTS = 1_000
LEADS = 300_000
QUARTERS = 96  # of an hour, a day of traffic
ILL = 12  # one bot in so many needs attention
CLOSED = 3_000  # incidents that are over
LIMIT = 300  # ms, p95
TIMES = 20

LEAD_ROWS: LiteralString = """
INSERT INTO partners_lead (partner_id, telegram_id, first_name, last_name, username, language_code, phone, email,
    status, intent, pain, detail, goal, created_at, last_seen_at)
SELECT p.id, 5000000 + n, 'Лид ' || n, '', '', 'ru', '', '', 'new', '', '', '', '',
    now() - n %% 400 * interval '7 hours', now() - n %% 90 * interval '1 hour'
FROM generate_series(1, %s) n JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM partners_partner) p
    ON p.place = n %% %s
"""
TRAFFIC_ROWS: LiteralString = """
INSERT INTO partners_bottraffic (bot_id, partner_id, at, updates, calls, throttled)
SELECT id, partner_id, date_trunc('hour', now()) - n * interval '15 minutes', id * n %% 40, id * n %% 90, id * n %% 3
FROM partners_bot, generate_series(0, %s) n
"""


def run(database_url: str) -> None:
    with scratch_database(database_url) as url:
        env = environment(url)
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=BASE, env=env, check=True)
        done = subprocess.run(
            [sys.executable, "-m", "bench.fleet"], cwd=BASE, env=env, check=True, stdout=subprocess.PIPE
        )
    tell(json.loads(done.stdout.splitlines()[-1]))


def tell(found: dict[str, Any]) -> None:
    print("Fleet: {bots:,} bots, {troubled} need attention, {leads:,} leads, load {load:.1f}; ms".format(**found))
    print(f"{'':46}{'p50':>8}{'p95':>8}{'of ' + str(LIMIT):>10}{'queries':>9}{'KiB':>7}")
    for name, p50, p95, queries, size in found["times"]:
        print(f"{name:46}{p50:8.0f}{p95:8.0f}{p95 / LIMIT:10.2f}{queries:9}{size / 1024:7.0f}")


def measure() -> dict[str, Any]:
    from partners import tenancy

    fill(BOTS)
    with tenancy.all_partners():
        found = {"bots": BOTS, "leads": LEADS, "troubled": populate(datetime.now(UTC))}
    load = os.getloadavg()[0]
    return {**found, "load": load, "times": [*pages(), *naive()]}


def populate(now: datetime) -> int:
    """A day in the life of the fleet. How many bots need attention."""
    from django.db import connection

    from partners.fastsql import fetch
    from partners.models import Bot, BotVitals, Partner, Runner

    chance = random.Random(7)
    fetch(LEAD_ROWS, [LEADS, BOTS])
    fetch(TRAFFIC_ROWS, [QUARTERS - 1])
    Runner.objects.bulk_create(
        Runner(name=name_of(n), host="bench", pid=n + 1, capacity=1_000, bots=BOTS // 4, backend_pid=n + 1,
               backend_start=now, started_at=now, heartbeat_at=now)
        for n in range(4)
    )  # fmt: skip
    Partner.objects.update(telegram_id=700_000_000, group_id=-1_001)
    bots = list(Bot.objects.order_by("pk"))
    ill = [bot for bot in bots if bot.pk % ILL == 0]
    for bot in bots:
        live(bot, chance, now)
    changed = ["username", "state", "running_generation", "wanted_at", "runner", "heartbeat_at", "last_update_at",
               "last_error", "last_error_at", "trouble", "self_test", "self_test_at", "topics_report",
               "topics_at"]  # fmt: skip
    Bot.objects.bulk_update(bots, changed, batch_size=250)
    BotVitals.objects.bulk_create(vitals_of(bot, chance, now) for bot in bots)
    incidents(bots, ill, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return len(ill)


def name_of(runner: int) -> str:
    return f"bench:{4_000 + runner}:{runner:08x}"


def live(bot: Any, chance: random.Random, now: datetime) -> None:
    bot.username, bot.state, bot.running_generation = bot.me["username"], "running", bot.generation
    bot.wanted_at, bot.runner = now - timedelta(days=3), name_of(bot.pk % 4)
    bot.heartbeat_at = now + timedelta(hours=1)  # alive until the bench is over
    bot.last_update_at = now - timedelta(seconds=chance.randrange(5, 40_000))
    points = [{"code": str(n), "ok": n != 5, "title": f"Проверка {n}", "advice": "Проверьте ключ"} for n in range(9)]
    bot.self_test, bot.self_test_at = points, now - timedelta(days=2)
    bot.topics_report, bot.topics_at = points[:6], now - timedelta(days=2)
    if bot.pk % ILL == 0:
        bot.state, bot.trouble = "failed", chance.choice(["token", "conflict", ""])
        bot.last_error, bot.last_error_at = "Telegram: 401 Unauthorized, the token was revoked", now


def vitals_of(bot: Any, chance: random.Random, now: datetime) -> Any:
    from partners.models import BotVitals

    calls = chance.randrange(2_000)
    return BotVitals(
        bot=bot, partner_id=bot.partner_id, measured_at=now, waiting={"3": chance.randrange(600)},
        failed_hour=chance.randrange(4), failed_day=chance.randrange(30), aside_day=1, calls_hour=calls,
        throttled_hour=calls // 90, calls_day=calls * 20, throttled_day=calls // 4, ai_hour=4, ai_spent=12.5,
        ai_cap=100, last_post_at=now - timedelta(hours=5), leads_today=chance.randrange(20),
    )  # fmt: skip


def incidents(bots: list[Any], ill: list[Any], now: datetime) -> None:
    from partners.models import Incident, IncidentEvent

    def incident(bot: Any, state: str, kind: str, ago: timedelta) -> Incident:
        return Incident(
            kind=kind, partner_id=bot.partner_id, state=state, since=now - ago, bad_at=now - ago, times=1,
            opened_at=now - ago, closed_at=now if state == "closed" else None, detail="не отвечает",
        )  # fmt: skip

    opened = [incident(bot, "open", "down", timedelta(minutes=n)) for n, bot in enumerate(ill)]
    over = [incident(bots[n % BOTS], "closed", "queue", timedelta(hours=n)) for n in range(CLOSED)]
    made = Incident.objects.bulk_create(opened + over)
    IncidentEvent.objects.bulk_create(
        IncidentEvent(incident=one, partner_id=one.partner_id, what="opened", at=one.since) for one in made
    )


def pages() -> list[tuple[str, float, float, int, int]]:
    from django.test import Client
    from django.urls import reverse

    from partners.models import Membership

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(login(Membership.Role.OPERATOR, None))
    asked = [
        ("page", reverse("admin:index"), {}),
        ("page, «need attention»", reverse("admin:index"), {"state": "attention"}),
        ("page, a search", reverse("admin:index"), {"q": "партнёр 77"}),
        ("fragment", reverse("admin:fleet"), {}),
        ("fragment, the last of its pages", reverse("admin:fleet"), {"p": "999"}),
        ("incidents", reverse("admin:partners_incident_changelist"), {}),
        ("incidents, fragment", reverse("admin:partners_incident_fragment"), {}),
    ]
    return [told(name, partial(client.get, url, parameters)) for name, url, parameters in asked]


def naive() -> list[tuple[str, float, float, int, int]]:
    """The board as it would be written first: the same rows, each with its own queries."""
    from django.template.loader import render_to_string

    from partners import board, queries, tenancy

    def draw() -> str:
        now, parts = datetime.now(UTC), []
        with tenancy.all_partners():
            for light in board.fleet(now).rows:
                [row] = queries.whole([light])
                own = queries.numbers([row], now)[row.bot.pk]
                values = {"row": row, "bot": row.bot, "vitals": row.vitals, "own": own, "now": now}
                values |= {"may_command": True, "may_see_partners": True}
                parts.append(render_to_string("admin/partners/fleet_row.html", values))
        return "".join(parts)

    return [told("peer: every bot by itself, all on the page", draw, times=1)]


def told(name: str, work: Callable[[], Any], times: int = TIMES) -> tuple[str, float, float, int, int]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        answer = work()
    queries = len(captured)
    assert getattr(answer, "status_code", 200) == 200
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - begun))
    size = len(answer.encode() if isinstance(answer, str) else answer.content)
    return name, statistics.median(taken), sorted(taken)[round(0.95 * (times - 1))], queries, size


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    print(json.dumps(measure()))
