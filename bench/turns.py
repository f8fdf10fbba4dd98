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

BOTS, CHATS = 10, 10
WARM_UP, MEASURED = 4.0, 12.0


@dataclass(frozen=True)
class Result:
    name: str
    per_second: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float  # of the bot process, per turn


def measure(database_url: str) -> list[Result]:
    tokens = [token(number) for number in range(BOTS)]
    ours = {"DATABASE_URL": database_url, "DEBUG": "1"}
    return [
        _measure("python-telegram-bot echo, defaults", ["-m", "bench.peer_ptb", "URL", *tokens], {}),
        _measure("aiogram echo, defaults", ["-m", "bench.peer_aiogram", "URL", *tokens], {}),
        _measure("Curator: funnel, inbox, events", ["manage.py", "runbots"], ours),
    ]


def _measure(name: str, command: list[str], env: dict[str, str]) -> Result:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [url if word == "URL" else word for word in command]
    with (
        stand_in(port, BOTS, CHATS),
        process(*command, cores=BOT_CORE, env=env | {"TELEGRAM_API_URL": url}) as bots,
    ):
        until_polling(port, BOTS)
        ask(port, "/begin")
        time.sleep(WARM_UP)
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
    print(f"Funnel turns: {BOTS} bots, {CHATS} clicking chats each, two API calls a turn, one core for the bots")
    with scratch_database(database_url) as url:
        fill = [sys.executable, "-m", "bench.network", str(BOTS)]
        subprocess.run(fill, cwd=BASE, env=environment(url), check=True)
        results = measure(url)
    base = results[0].per_second
    print(f"{'':38}{'turns/s':>9}{'ratio':>8}{'p50 ms':>9}{'p95 ms':>9}{'CPU ms/turn':>13}")
    for result in results:
        print(
            f"{result.name:38}{result.per_second:9.0f}{result.per_second / base:8.2f}"
            f"{result.p50_ms:9.0f}{result.p95_ms:9.0f}{result.cpu_ms:13.2f}"
        )
