"""Three runners share 300 bots while people press buttons; one is killed, one joins, one stops, one freezes."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import ExitStack

from django.core.management import call_command
from django.db import connection

from bench.machine import ask, free_port, scratch_database
from bench.network import fill
from bench.turns import stand_in, until_polling
from bench.victims import Victim, World, run_bots
from botrunner.models import InboxUpdate
from funnels.models import FunnelEvent
from partners import tenancy
from partners.services.runners import runners

BOTS, THINK = 300, 10.0
QUIET = 11.0  # seconds of watching after each event: everybody presses at least once
PATIENCE = 90.0
Kind = FunnelEvent.Kind
EFFECTS = (Kind.STARTED, Kind.BUTTON_PRESSED, Kind.QUESTION_ASKED, Kind.OUTDATED_PRESSED)


def run(database_url: str) -> None:
    print(f"Runners: {BOTS} bots, a person at each who presses every {THINK:.0f} s; the Bot API is simulated")
    print(f"{'':44}{'turns':>8}{'p50 ms':>9}{'longest wait s':>16}{'bots of each runner':>24}")
    port = free_port()
    with scratch_database(database_url) as url, stand_in(port, BOTS, 1, THINK), ExitStack() as ending:
        _prepare(url)
        world = World(connection.settings_dict["NAME"], f"http://127.0.0.1:{port}", 28.5, queue="")
        team = [_start(world, ending) for _number in range(3)]
        until_polling(port, BOTS)
        _until_shared(3)
        ask(port, "/begin")
        time.sleep(2 * THINK)  # nobody comes at the same moment
        ask(port, "/stats")
        _phase(port, "three runners", lambda: None)
        _phase(port, "one killed with kill -9", team[0].kill, shared=2)
        _phase(port, "one joins", lambda: team.append(_start(world, ending)), shared=3)
        _phase(port, "one stops for a deploy (SIGTERM)", team[1].stop, shared=2)
        _phase(port, "one freezes (SIGSTOP)", lambda: team[2].signal(signal.SIGSTOP), shared=1)
        _phase(port, "and thaws", lambda: team[2].signal(signal.SIGCONT), shared=2)
        _report(port)
        connection.close()


def _prepare(url: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = url.partition("?")[0].rpartition("/")[2]
    call_command("migrate", verbosity=0)
    fill(BOTS)


def _start(world: World, ending: ExitStack) -> Victim:
    runner = Victim(run_bots, world)
    runner.start()
    ending.callback(runner.kill)
    return runner


def _phase(port: int, name: str, event: Callable[[], object], shared: int = 0) -> None:
    event()
    if shared:
        _until_shared(shared)
    time.sleep(QUIET)
    stats = ask(port, "/stats")
    bots = ", ".join(str(runner.bots) for runner in runners() if runner.alive)
    print(f"  {name:42}{stats['turns']:8}{stats['p50'] * 1e3:9.0f}{stats['longest']:16.1f}{bots:>24}", flush=True)


def _until_shared(count: int) -> None:
    """Among so many living runners, and all bots at one of them."""
    fair = BOTS / count
    _until(
        lambda: (
            len(have := [runner.bots for runner in runners() if runner.alive]) == count
            and sum(have) == BOTS
            and max(have) <= fair * 1.05 + 1
        )
    )


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"it does not come to an end: {runners()}")
        time.sleep(0.2)


def _report(port: int) -> None:
    ask(port, "/end")
    _until(lambda: not ask(port, "/stats")["waiting"])
    stats = ask(port, "/stats")
    with tenancy.all_partners():
        updates = InboxUpdate.objects.count()
        unhandled = InboxUpdate.objects.filter(handled_at__isnull=True).count()
        effects = FunnelEvent.objects.filter(kind__in=EFFECTS).count()
    print(f"  {stats['pushed']} updates sent, {updates} in the inbox, {unhandled} of them without an effect")
    print(f"  {effects} effects: lost {max(0, stats['pushed'] - effects)}, twice {max(0, effects - stats['pushed'])}")
    print(f"  answers said a second time after a death: {stats['repeated']}")
