"""What grows with the number of bots: a runner's look, the ticks of the workers, the operators' pages.

1,000 bots and ten times as many in the same run; what grows more than tenfold would not carry a network that grows.
The peers are the plain ways: a lock for each bot in its own round trip, a tick that asks partner by partner.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, LiteralString

from bench.machine import BASE, environment, scratch_database

FEW, MANY = 1_000, 10_000  # bots
RUNNERS = 10
TIMES = 5
SAMPLE = 500  # for the peers
TAKEN_AT_ONCE = 50
Row = tuple[str, float]  # milliseconds

# A lead of every bot waits in a sequence, for a message of tomorrow.
WAITING: LiteralString = """
WITH people AS (
    INSERT INTO partners_lead (partner_id, telegram_id, first_name, last_name, username, language_code, phone, email,
        status, intent, pain, detail, goal, created_at, last_seen_at)
    SELECT id, 1000000 + id, 'Лид', '', '', 'ru', '', '', 'warming', 'client', 'weight', '', '', now(), now()
    FROM partners_partner RETURNING id, partner_id
)
INSERT INTO funnels_enrollment (partner_id, lead_id, sequence, round, state, position, next_step, fire_at, entered_at,
    exit_reason)
SELECT partner_id, id, 'client', 1, 'active', 0, '', now() + interval '1 day', now(), '' FROM people
"""


def run(database_url: str) -> None:
    print(f"Growth: {FEW:,} and {MANY:,} bots, {RUNNERS} runners; ms, nothing is due")
    few, many = (_at(database_url, bots) for bots in (FEW, MANY))
    print(f"{'':66}{FEW:>8,}{MANY:>9,}{'ratio':>8}")
    for name, took in many["rows"]:
        before = dict(few["rows"]).get(name)
        told = f"{before:8.1f}{took:9.1f}{took / before:8.1f}" if before else f"{'':8}{took:9.1f}"
        print(f"{name:66}{told}")
    print(
        "Doing nothing, the workers use {few:.0%} and {many:.0%} of a core".format(few=few["idle"], many=many["idle"])
    )
    print("Locks of PostgreSQL: {locks:,} of {room:,} with {bots:,} bots".format(**many["locks"], bots=MANY))
    print("A funnel is read for {first:.0f} ms once, then for {next:.2f} ms for each partner".format(**many["script"]))


def _at(database_url: str, bots: int) -> dict[str, Any]:
    with scratch_database(database_url) as url:
        measured = [sys.executable, "-m", "bench.capacity", str(bots)]
        done = subprocess.run(measured, cwd=BASE, env=environment(url), check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(bots: int) -> dict[str, Any]:
    from django.db import connection

    from bench.network import fill
    from partners import tenancy

    fill(bots)
    with tenancy.all_partners(), connection.cursor() as cursor:
        cursor.execute(WAITING)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    script = _script()
    ticks, idle = _ticks()
    locks, looks = asyncio.run(_locks(bots))
    rows = [*looks, *_pages(), *ticks, *_peers()]
    return {"rows": rows, "idle": idle, "locks": locks, "script": script}


def _script() -> dict[str, float]:
    """Cold: the first partner parses the funnel, each next one reads its own rows."""
    from funnels.services.script import script_for
    from partners import tenancy

    taken, now = [], datetime.now(UTC)
    for partner_id in _partners()[:SAMPLE]:
        with tenancy.partner(partner_id):
            taken.append(_took(lambda: script_for(partner_id=partner_id, now=now)))  # noqa: B023  # called at once
    return {"first": taken[0], "next": statistics.median(taken[1:])}


async def _locks(bots: int) -> tuple[dict[str, int], list[Row]]:
    """All but one of the runners hold their share; the last one joins."""
    from asgiref.sync import sync_to_async
    from django.db import connection

    from botrunner.ownership import Ownership
    from botrunner.services import fleet
    from botrunner.shares import fair_share
    from partners import tenancy
    from partners.models import Bot
    from partners.services.runners import runners

    def ids() -> list[int]:
        connection.ensure_connection()
        with tenancy.all_partners():
            return list(Bot.objects.order_by("pk").values_list("pk", flat=True))

    def wishes() -> None:
        with tenancy.all_partners():
            fleet.wishes()

    every, share = await sync_to_async(ids)(), bots // RUNNERS
    async with AsyncExitStack() as stack:
        sessions = [await stack.enter_async_context(await Ownership.connect()) for _runner in range(RUNNERS)]
        for session in sessions[:-1]:
            await session.take(every, at_most=share)
        new = sessions[-1]
        plain = await _took_async(lambda: _one_by_one(new, every[-SAMPLE:]))
        await new.give_back(every[-SAMPLE:])
        looks = [
            ("look: the wishes for all bots", await sync_to_async(_median)(wishes)),
            ("look: who lives", await sync_to_async(_median)(runners)),
            ("look: the fair share", _median(lambda: fair_share(bots, 1_000, [1_000] * (RUNNERS - 1)))),
            (f"join: {TAKEN_AT_ONCE} free bots found among all", await _join(new, every)),
            (f"plain way: a lock for each of {SAMPLE} bots", plain),
        ]
        await new.take(every)
        [(held, room)] = await new._rows(LOCKS, [])
    return {"locks": held, "room": room}, looks


LOCKS = """
SELECT (SELECT count(*) FROM pg_locks), current_setting('max_locks_per_transaction')::int
    * (current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int)
"""


async def _one_by_one(session: Any, bot_ids: list[int]) -> None:
    for bot_id in bot_ids:
        await session.take([bot_id])


async def _join(session: Any, every: list[int]) -> float:
    taken = []
    for _time in range(TIMES):
        begun = time.perf_counter()
        ours = await session.take(every, at_most=TAKEN_AT_ONCE)
        taken.append(1000 * (time.perf_counter() - begun))
        await session.give_back(ours)
    return statistics.median(taken)


def _pages() -> list[Row]:
    from django.test import Client
    from django.urls import reverse

    from bench.reports import login
    from partners.models import Membership

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(login(Membership.Role.OPERATOR, None))
    pages = {"the fleet's board": "admin:fleet", "load and reserve": "admin:partners_runner_fragment"}
    return [(f"page: {name}", _median(lambda: _seen(client, reverse(url)))) for name, url in pages.items()]  # noqa: B023


def _seen(client: Any, address: str) -> None:
    assert client.get(address).status_code == 200


def _ticks() -> tuple[list[Row], float]:
    """Each tick of the timetable that looks at partners, and how much of a core all of them take together."""
    from config.timetable import TIMETABLE

    rows, share = [], 0.0
    for tick in TIMETABLE:
        path, name = tick.task.rsplit(".", 1)
        if path == "config.tasks":
            continue
        task = getattr(import_module(path), name)
        _took(task)  # the first one may plan what a new partner has not yet
        took = _median(task)
        rows.append((f"tick: {name}, every {tick.every.total_seconds():.0f} s", took))
        share += took / 1000 / tick.every.total_seconds()
    return rows, share


def _peers() -> list[Row]:
    from funnels.models import Enrollment
    from partners import tenancy

    def ask() -> None:
        for partner_id in _partners():
            with tenancy.partner(partner_id):
                Enrollment.objects.filter(
                    partner_id=partner_id, state="active", fire_at__lte=datetime.now(UTC)
                ).exists()

    return [("plain way: a tick that asks partner by partner", _took(ask))]


def _partners() -> list[int]:
    from partners import tenancy
    from partners.models import Partner

    with tenancy.all_partners():
        return list(Partner.objects.order_by("pk").values_list("pk", flat=True))


def _median(work: Callable[[], object]) -> float:
    return statistics.median(_took(work) for _time in range(TIMES))


def _took(work: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begun)


async def _took_async(work: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await work()
    return 1000 * (time.perf_counter() - begun)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    print(json.dumps(measure(int(sys.argv[1]))))
