"""How fast the outbox empties, beside what Telegram allows, and whether replies suffer from it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

from bench.machine import BASE, BOT_CORE, ask, environment, free_port, process, scratch_database
from bench.network import token
from bench.turns import stand_in, until_polling

ALLOWED = 28.0  # messages a second and bot that we promise to reach; Telegram refuses more than 30
WARM_UP, MEASURED = 3.0, 30.0
THINK = 1.0  # seconds between two presses of a person
PEER_RECIPIENTS = 500

Stats = dict[str, Any]


def run(database_url: str, *, full: bool = False) -> None:
    """`full`: until one bot's 10,000 recipients have their message, which takes six to ten minutes."""
    print(
        f"Outbox: messages a second; 30 a second and bot, new or edited, are enforced; people click every {THINK:.0f} s"
    )
    print(
        f"{'':36}{'all':>7}{'outbox':>8}{'replies':>9}{'of 28/s a bot':>15}{'ratio':>7}{'busiest':>9}{'429':>5}"
        f"{'p50 ms':>8}{'p95 ms':>8}"
    )
    peer = _print("aiogram, the loop of its examples", 1, _peer())
    for bots, readers, chats in ((1, 10_000, 0), (1, 10_000, 10), (100, 1_000, 1)):
        with scratch_database(database_url) as url:
            fill = [sys.executable, "-m", "bench.delivery", str(bots), str(readers)]
            subprocess.run(fill, cwd=BASE, env=environment(url), check=True)
            name = f"{bots} × {readers}" + (f", {chats} people each" if chats else ", nobody else")
            _print(name, bots, _ours(url, bots, chats, readers if full and bots == 1 else 0), peer)


def _print(name: str, bots: int, stats: Stats, peer: float = 0.0) -> float:
    outbox, replies = stats["broadcast"] / stats["seconds"], stats["replies"] / stats["seconds"]
    share: float = (outbox + replies) / (ALLOWED * bots)
    print(
        f"{name:36}{outbox + replies:7.1f}{outbox:8.1f}{replies:9.1f}{share:15.2f}{share / peer if peer else 1.0:7.2f}"
        f"{stats['busiest']:9}{stats['refused']:5}{stats['p50'] * 1e3:8.0f}{stats['p95'] * 1e3:8.0f}",
        flush=True,
    )
    return share


def _ours(url: str, bots: int, chats: int, until: int) -> Stats:
    port = free_port()
    env = {"DATABASE_URL": url, "DEBUG": "1", "TELEGRAM_API_URL": f"http://127.0.0.1:{port}"}
    with stand_in(port, bots, chats, THINK), process("manage.py", "runbots", cores=BOT_CORE, env=env):
        until_polling(port, bots)
        ask(port, "/begin")
        return _measure(port, until)


def _peer() -> Stats:
    """Sends and pauses, as aiogram's own example of a broadcast does; knows nothing of who got what."""
    port = free_port()
    command = ("-m", "bench.peer_broadcast", f"http://127.0.0.1:{port}", token(0), str(PEER_RECIPIENTS))
    with stand_in(port, 1, 0, THINK), process(*command, cores=BOT_CORE):
        return _measure(port, 0, seconds=10.0)


def _measure(port: int, until: int, seconds: float = MEASURED) -> Stats:
    """For so many seconds or, if asked, until so many messages of the outbox have arrived; from the first one on."""
    while not ask(port, "/received"):
        time.sleep(0.1)
    time.sleep(WARM_UP)
    before, began = ask(port, "/stats"), time.perf_counter()
    if until:
        while len(ask(port, "/received")) < until:
            time.sleep(1.0)
    else:
        time.sleep(seconds)
    after, passed = ask(port, "/stats"), time.perf_counter() - began
    return after | {name: after[name] - before[name] for name in ("broadcast", "replies")} | {"seconds": passed}


def fill(bots: int, readers: int) -> None:
    """Partners, bots and a full outbox."""
    from datetime import UTC, datetime

    from bench.network import fill as fill_network
    from bench.standin import READER_BASE
    from content.messages import Html, Message
    from content.models import OutboxMessage
    from content.outbox.promises import Promise, promise
    from partners import tenancy
    from partners.models import Bot

    fill_network(bots)
    now = datetime.now(UTC)
    message = Message(Html("Новый рецепт на завтрак: овсянка с яблоком за пять минут."))
    with tenancy.all_partners():
        owners = list(Bot.objects.values_list("pk", "partner_id"))
    for number, (bot_id, partner_id) in enumerate(owners):
        first = READER_BASE + number * readers
        promises = [Promise(first + n, f"bench:{n}", message, now) for n in range(readers)]
        with tenancy.partner(partner_id):
            lane = OutboxMessage.Lane.BROADCAST
            promise(partner_id=partner_id, bot_id=bot_id, lane=lane, promises=promises, now=now, source="bench")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    fill(int(sys.argv[1]), int(sys.argv[2]))
