"""How many funnel turns a second one core answers, beside libraries that only echo."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.machine import BASE, BOT_CORE, OTHER_CORES, ask, environment, free_port, process, scratch_database
from bench.network import token

WARM_UP, MEASURED = 4.0, 12.0


@dataclass(frozen=True)
class Crowd:
    """`think`: seconds between an answer and the next press."""

    bots: int
    chats: int  # of each bot
    think: float = 0.0


BUSY = Crowd(10, 10)
SELDOM = Crowd(600, 1, think=4.0)  # what a bot speaks from is out of date at every press
RUNBOTS = ["manage.py", "runbots"]


@dataclass(frozen=True)
class Result:
    name: str
    per_second: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float  # of the bot process, per turn


def measure(database_url: str) -> list[Result]:
    tokens = [token(number) for number in range(BUSY.bots)]
    with _filled(database_url, BUSY) as busy:
        found = [
            _measure("python-telegram-bot echo, defaults", ["-m", "bench.peer_ptb", "URL", *tokens], {}, BUSY),
            _measure("aiogram echo, defaults", ["-m", "bench.peer_aiogram", "URL", *tokens], {}, BUSY),
            _measure("Curator: funnel, inbox, events", RUNBOTS, busy, BUSY),
        ]
    with _filled(database_url, SELDOM) as seldom:
        return [*found, _measure(f"Curator: {SELDOM.bots} bots, each seldom", RUNBOTS, seldom, SELDOM)]


@contextlib.contextmanager
def _filled(database_url: str, crowd: Crowd) -> Iterator[dict[str, str]]:
    """The environment of a runner of these bots."""
    with scratch_database(database_url) as url:
        fill = [sys.executable, "-m", "bench.network", str(crowd.bots)]
        subprocess.run(fill, cwd=BASE, env=environment(url), check=True)
        yield {"DATABASE_URL": url, "DEBUG": "1"}


def _measure(name: str, command: list[str], env: dict[str, str], crowd: Crowd) -> Result:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [url if word == "URL" else word for word in command]
    with (
        stand_in(port, crowd.bots, crowd.chats, crowd.think),
        process(*command, cores=BOT_CORE, env=env | {"TELEGRAM_API_URL": url}) as bots,
    ):
        until_polling(port, crowd.bots)
        ask(port, "/begin")
        time.sleep(WARM_UP + 2 * crowd.think)
        ask(port, "/stats")
        cpu, began = sum(bots.cpu_times()[:2]), time.perf_counter()
        time.sleep(MEASURED)
        stats, seconds = ask(port, "/stats"), time.perf_counter() - began
        used = sum(bots.cpu_times()[:2]) - cpu
    turns = max(stats["turns"], 1)
    return Result(name, stats["turns"] / seconds, stats["p50"] * 1e3, stats["p95"] * 1e3, used / turns * 1e3)


@contextlib.contextmanager
def stand_in(port: int, bots: int, chats: int, think: float = 0.0, latency: float = 0.0) -> Iterator[None]:
    arguments = ("-m", "bench.standin", str(port), str(bots), str(chats), str(think), str(latency))
    with process(*arguments, cores=OTHER_CORES, ready="ready"):
        yield


def until_polling(port: int, bots: int, longest: float = 90.0) -> float:
    """Seconds until every bot has asked for updates."""
    began, seen = time.perf_counter(), 0
    while time.perf_counter() - began < longest:
        seen = ask(port, "/stats")["polling"]
        if seen >= bots:
            return time.perf_counter() - began
        time.sleep(0.05)
    raise SystemExit(f"only {seen} of {bots} bots poll after {longest} s")


def run(database_url: str) -> None:
    many = f"{BUSY.bots} bots, {BUSY.chats} clicking chats each"
    print(f"Funnel turns: {many}, two API calls a turn, one core for the bots")
    results = measure(database_url)
    base = results[0].per_second
    print(f"{'':38}{'turns/s':>9}{'ratio':>8}{'p50 ms':>9}{'p95 ms':>9}{'CPU ms/turn':>13}")
    for result in results:
        print(
            f"{result.name:38}{result.per_second:9.0f}{result.per_second / base:8.2f}"
            f"{result.p50_ms:9.0f}{result.p95_ms:9.0f}{result.cpu_ms:13.2f}"
        )
