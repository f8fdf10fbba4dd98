"""How many updates a second a receiver on one core takes: ours, and a view as one writes it in Django."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time

from bench.machine import BASE, BOT_CORE, OTHER_CORES, environment, free_port, process, scratch_database

BOTS, CONNECTIONS, SECONDS = 50, 100, 8.0
APPLICATIONS = {
    "a view in Django, kept connections": "bench.django_view:application",
    "Curator: raw ASGI, group commit": "botrunner.webhooks.asgi:application",
}


def run(database_url: str) -> None:
    print(f"Webhooks: {CONNECTIONS} connections bring updates for {BOTS} bots, 200 after the commit")
    print(f"{'':44}{'updates/s':>12}{'ratio':>8}{'refused':>10}")
    base = 0.0
    with scratch_database(database_url) as url:
        fill = [sys.executable, "-m", "bench.network", str(BOTS)]
        subprocess.run(fill, cwd=BASE, env=environment(url), check=True)
        for name, application in APPLICATIONS.items():
            found = _measure(url, application)
            base = base or found["per_second"]
            print(f"  {name:42}{found['per_second']:12.0f}{found['per_second'] / base:8.1f}{found['refused']:10.0f}")


def _measure(url: str, application: str) -> dict[str, float]:
    port, env = free_port(), {"DATABASE_URL": url, "DEBUG": "1"}
    server = f"-m uvicorn --lifespan off --no-access-log --log-level error --port {port} {application}"
    with process(*server.split(), cores=BOT_CORE, env=env):
        _until_it_listens(port)
        postman = [sys.executable, "-m", "bench.postman", str(port), str(BOTS), str(CONNECTIONS), str(SECONDS)]
        told = subprocess.run(
            ["taskset", "-c", ",".join(map(str, OTHER_CORES)), *postman],
            cwd=BASE, env=environment(url), check=True, capture_output=True, text=True,
        )  # fmt: skip
        found: dict[str, float] = json.loads(told.stdout)
        return found


def _until_it_listens(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise AssertionError("the receiver does not listen")
