"""How quickly the pages of statistics and the panel's commands answer, and how quickly what happens is counted.

The peer of a page is the same question asked of the events themselves. `--full` is 200 partners with a million leads;
BENCH_DATABASE_URL names a database that `generate_network` has filled already.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, LiteralString

from bench.machine import BASE, environment, scratch_database

SMALL, LARGE = (20, 20_000), (200, 1_000_000)  # partners, leads
TIMES = 12
NEWS, WRITERS = 20_000, 2_000  # events that come in at once, and of how many leads
PERIODS = ("month", "year")
LISTS = (
    {"of": "deed", "key": "contact"},
    {"of": "cohort", "key": "contact", "aux": "1"},
    {"of": "arrived", "key": "shop"},
)
COMMANDS = ("/my_stats", "/my_leads", "/my_link", "/analytics", "/top", "/hot_leads")

DEEDS: LiteralString = """
SELECT kind, count(DISTINCT lead_id) FROM funnels_funnelevent
WHERE at >= %s AND (%s::bigint IS NULL OR partner_id = %s) GROUP BY kind
"""
STEPS: LiteralString = """
SELECT version_id, step, count(DISTINCT lead_id) FROM funnels_funnelevent
WHERE kind = 'screen_shown' AND at >= %s AND (%s::bigint IS NULL OR partner_id = %s) GROUP BY version_id, step
"""
SIZES: LiteralString = """
SELECT pg_total_relation_size('funnels_funnelevent'), pg_total_relation_size('funnels_milestone'),
    pg_total_relation_size('analytics_tally')
"""
BUSY: LiteralString = """
INSERT INTO funnels_funnelevent (partner_id, lead_id, kind, step, data, at)
SELECT l.partner_id, l.id, (ARRAY['screen_shown', 'button_pressed', 'message_received', 'link_clicked'])[1 + n %% 4],
    'bench' || n %% 7 || '-' || pg_current_xact_id(), '{"slot": "shop"}', now()
FROM (SELECT id, partner_id FROM partners_lead ORDER BY id DESC LIMIT %s) l, generate_series(1, %s) n
"""


def run(database_url: str, *, full: bool = False) -> None:
    given = os.environ.get("BENCH_DATABASE_URL", "")
    partners, leads = LARGE if full else SMALL
    with nullcontext(given) if given else scratch_database(database_url) as url:
        env = environment(url)
        if not given:
            manage = [sys.executable, "manage.py"]
            subprocess.run([*manage, "migrate", "-v0"], cwd=BASE, env=env, check=True)
            size = ["--partners", str(partners), "--leads", str(leads)]
            subprocess.run([*manage, "generate_network", *size], cwd=BASE, env=env, check=True)
        done = subprocess.run(
            [sys.executable, "-m", "bench.reports"], cwd=BASE, env=env, check=True, stdout=subprocess.PIPE
        )
    tell(json.loads(done.stdout.splitlines()[-1]))


def tell(found: dict[str, Any]) -> None:
    print("Statistics: {partners} partners, {leads:,} leads, {events:,} events; ms".format(**found))
    print(f"{'':58}{'p50':>8}{'p95':>8}")
    for name, p50, p95 in found["times"]:
        print(f"{name:58}{p50:8.0f}{p95:8.0f}")
    print("Counted: {rate:,.0f} events/s of {writers:,} leads ({ratio:.2f} of 2,000)".format(**found))
    print("On disk for an event: {event:.0f} bytes, milestones {milestone:.0f}, sums {tally:.0f}".format(**found))


def measure() -> dict[str, Any]:
    from funnels.models import FunnelEvent
    from partners import tenancy
    from partners.models import Lead, Partner

    with tenancy.all_partners():
        counted = {"partners": Partner.objects.count(), "leads": Lead.objects.count()}
        events = FunnelEvent.objects.count()
        biggest = Partner.objects.order_by("pk").first()
    assert biggest is not None
    times = [*pages(biggest), *commands(biggest), *naive(biggest.pk)]
    return {**counted, "events": events, "times": times, **sizes(events), **news()}


def clocked(name: str, work: Callable[[], object]) -> tuple[str, float, float]:
    work()
    taken = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - begun))
    return name, statistics.median(taken), sorted(taken)[round(0.95 * (TIMES - 1))]


def pages(biggest: Any) -> list[tuple[str, float, float]]:
    from django.test import Client
    from django.urls import reverse

    from analytics.urls import urlpatterns
    from config import asgi  # noqa: F401  # as the web process begins
    from partners.models import Membership

    told = []
    for who, role, partner in (
        ("the network", Membership.Role.OPERATOR, None),
        ("the biggest partner", Membership.Role.OWNER, biggest),
    ):
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(login(role, partner))
        for pattern in urlpatterns:
            address = reverse(f"analytics:{pattern.name}")
            for asked in LISTS if pattern.name == "people" else ({},):
                for period in PERIODS:
                    parameters = {**asked, "period": period}
                    if client.get(address, parameters).status_code == 200:
                        name = " ".join((address, *asked.values(), f"{period}, {who}"))
                        told.append(clocked(name, partial(client.get, address, parameters)))
    return told


def login(role: Any, partner: Any) -> Any:
    from django.contrib.auth.models import User

    from partners import tenancy
    from partners.models import Membership

    user, _made = User.objects.get_or_create(username=f"bench-{role}")
    with tenancy.all_partners():
        Membership.objects.update_or_create(user=user, defaults={"role": role, "partner": partner})
    return user


def commands(biggest: Any) -> list[tuple[str, float, float]]:
    from botrunner.panel import desk
    from botrunner.panel.visit import Visit
    from funnels.panel_words import PanelCommand
    from funnels.services.script import script_for
    from funnels.services.turn_rows import Person
    from funnels.services.turns import Turn
    from partners import tenancy
    from partners.models import Partner

    boss, now = 700_000_777, datetime.now(UTC)
    with tenancy.partner(biggest.pk):
        Partner.objects.filter(pk=biggest.pk).update(telegram_id=boss)

    def ask(name: str) -> None:
        with tenancy.partner(biggest.pk):
            script = script_for(partner_id=biggest.pk, now=now)
            act = PanelCommand(name, "месяц" if name == "/my_stats" else "")
            visit = Visit(biggest.pk, boss, script, now)
            assert desk.answer(visit, Turn(Person(boss, "Анна"), act))

    return [clocked(f"{name}, the biggest partner", partial(ask, name)) for name in COMMANDS]


def naive(biggest: int) -> list[tuple[str, float, float]]:
    from partners import tenancy
    from partners.fastsql import fetch

    def ask(sql: LiteralString, since: datetime, partner: int | None) -> None:
        with tenancy.all_partners():
            fetch(sql, [since, partner, partner])

    told = []
    for name, sql in (("deeds", DEEDS), ("screens", STEPS)):
        for who, partner in (("the network", None), ("the biggest partner", biggest)):
            since = datetime.now(UTC) - timedelta(days=30)

            told.append(clocked(f"from the events: {name} of a month, {who}", partial(ask, sql, since, partner)))
    return told


def sizes(events: int) -> dict[str, float]:
    from partners.fastsql import fetch

    [row] = fetch(SIZES, [])
    return {name: size / events for name, size in zip(("event", "milestone", "tally"), row, strict=True)}


def news() -> dict[str, float]:
    """A tick's worth at a time, as it would be after a busy while."""
    from analytics.services.rollups import roll_up
    from partners import tenancy
    from partners.fastsql import fetch

    roll_up(now=datetime.now(UTC))
    with tenancy.all_partners():
        fetch(BUSY, [WRITERS, NEWS // WRITERS])
    begun = time.perf_counter()
    assert roll_up(now=datetime.now(UTC)) == WRITERS
    rate = NEWS / (time.perf_counter() - begun)
    return {"rate": rate, "ratio": rate / 2_000, "writers": WRITERS}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    print(json.dumps(measure()))
