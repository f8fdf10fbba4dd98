"""A thousand polling bots in one process: memory and the time until all of them poll."""

from __future__ import annotations

import subprocess
import sys
import time

from bench.machine import BASE, BOT_CORE, ask, environment, free_port, process, scratch_database
from bench.network import token
from bench.turns import stand_in, until_polling

BOTS = 1_000
SETTLE = 10.0  # seconds after which memory and processor time are read


def run(database_url: str) -> None:
    print(f"Polling: {BOTS} idle bots in one process")
    print(f"{'':38}{'seconds until all poll':>24}{'resident MiB':>14}{'CPU s so far':>14}")
    tokens = [token(number) for number in range(BOTS)]
    with scratch_database(database_url) as url:
        fill = [sys.executable, "-m", "bench.network", str(BOTS)]
        subprocess.run(fill, cwd=BASE, env=environment(url), check=True)
        _measure("python-telegram-bot echo, defaults", ["-m", "bench.peer_ptb", "URL", *tokens], {})
        _measure("Curator", ["manage.py", "runbots"], {"DATABASE_URL": url, "DEBUG": "1"})


def _measure(name: str, command: list[str], env: dict[str, str]) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [url if word == "URL" else word for word in command]
    with (
        stand_in(port, BOTS, 0),
        process(*command, cores=BOT_CORE, env=env | {"TELEGRAM_API_URL": url}) as bots,
    ):
        seconds = until_polling(port, BOTS, longest=300)
        time.sleep(SETTLE)
        memory, cpu = bots.memory_info().rss / 2**20, sum(bots.cpu_times()[:2])
        assert ask(port, "/stats") is not None
    print(f"{name:38}{seconds:24.1f}{memory:14.0f}{cpu:14.1f}")
