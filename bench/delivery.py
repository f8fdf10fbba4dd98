"""How fast the outbox empties, beside what Telegram allows, and whether replies suffer from it."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from bench.machine import BASE, BOT_CORE, ask, environment, free_port, process, scratch_database
from bench.turns import stand_in, until_polling

ALLOWED = 28.0  # messages a second and bot that we promise to reach; Telegram refuses more than 30
WARM_UP, MEASURED = 3.0, 20.0
THINK = 1.0  # seconds between two presses of a person


def run(database_url: str) -> None:
    print(f"Outbox: messages a second, with people clicking every {THINK:.0f} s; 30/s and bot are enforced")
    print(f"{'':34}{'sent/s':>8}{'of 28/s a bot':>15}{'429':>6}{'replies/s':>11}{'p50 ms':>8}{'p95 ms':>8}")
    for bots, readers, chats in ((1, 10_000, 10), (100, 1_000, 1)):
        with scratch_database(database_url) as url:
            fill = [sys.executable, "-m", "bench.delivery", str(bots), str(readers)]
            subprocess.run(fill, cwd=BASE, env=environment(url), check=True)
            _measure(url, bots, readers, chats)


def _measure(url: str, bots: int, readers: int, chats: int) -> None:
    port = free_port()
    env = {"DATABASE_URL": url, "DEBUG": "1", "TELEGRAM_API_URL": f"http://127.0.0.1:{port}"}
    with stand_in(port, bots, chats, THINK), process("manage.py", "runbots", cores=BOT_CORE, env=env):
        until_polling(port, bots)
        ask(port, "/begin")
        time.sleep(WARM_UP)
        before, began = ask(port, "/stats"), time.perf_counter()
        time.sleep(MEASURED)
        after, seconds = ask(port, "/stats"), time.perf_counter() - began
    sent = (after["broadcast"] - before["broadcast"]) / seconds
    print(
        f"{f'{bots} × {readers} recipients':34}{sent:8.0f}{sent / (ALLOWED * bots):15.2f}"
        f"{after['refused']:6}{after['turns'] / seconds:11.1f}{after['p50'] * 1e3:8.0f}{after['p95'] * 1e3:8.0f}"
    )


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
