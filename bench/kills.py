"""Twenty kill -9 in a broadcast, twenty more in a burst of due timers: what was lost, what was sent twice."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bench.drill import SEQUENCE, Report, Scene, kill_during_broadcast, kill_during_timers, report
from bench.machine import free_port, scratch_database
from bench.network import fill
from bench.turns import stand_in
from bench.victims import World
from funnels.models import FunnelVersion
from partners import clock, tenancy
from partners.models import Bot, Partner

PEOPLE, KILLS = 5_000, 20
RATE = 200.0  # messages a second: at 28.5 five thousand take three minutes
DRILLS = {"broadcast: runbots": kill_during_broadcast, "timers: worker and runbots": kill_during_timers}
LATENCY = 0.02  # seconds until the stand-in answers


def run(database_url: str) -> None:
    """A seed in KILLS_SEED repeats the moments of an earlier run."""
    seed = int(os.environ.get("KILLS_SEED") or random.randrange(1_000_000))
    print(f"kill -9, {KILLS} times each, {PEOPLE} messages at {RATE:.0f}/s; the moments come from KILLS_SEED={seed}")
    for name, drill in DRILLS.items():
        port, began = free_port(), time.perf_counter()
        with scratch_database(database_url) as url, stand_in(port, 1, 0, 0.0, LATENCY):
            scene = _scene(url, port, seed)
            drill(scene, kills=KILLS)
            found = report(scene)
            connection.close()
        print(f"{name}: {time.perf_counter() - began:.0f} s")
        print_report(scene, found)


def print_report(scene: Scene, found: Report) -> None:
    tally = found.tally
    print(
        f"  {tally.promised} promised = {tally.sent} sent + {tally.all_failed} failed + {tally.all_skipped} skipped"
        f" + {tally.unknown} unknown (of which {found.arrived['unknown']} arrived)"
    )
    print(f"  lost {found.lost}, sent twice {found.twice}")
    print(f"  in flight at the kills of the runner {scene.in_flight}, together {sum(scene.in_flight)}")
    if scene.planned:
        print(f"  planned at the kills of the worker {scene.planned}")
    print(f"  {'; '.join(found.problems()) or 'everything is accounted for'}")


def _scene(url: str, port: int, seed: int) -> Scene:
    connection.close()
    connection.settings_dict["NAME"] = url.partition("?")[0].rpartition("/")[2]
    call_command("migrate", verbosity=0)
    fill(1)
    with tenancy.all_partners():
        Partner.objects.update(quiet_from="00:00", quiet_to="00:00")
        publish_sequence()
        bot = Bot.objects.get()
    world = World(connection.settings_dict["NAME"], f"http://127.0.0.1:{port}", RATE, queue=f"kills_{os.getpid()}")
    return Scene(bot, world, port, PEOPLE, random.Random(seed))


def publish_sequence() -> None:
    text = (Path(settings.BASE_DIR) / f"funnels/presets/sequences/{SEQUENCE}.yaml").read_text()
    kind, status = FunnelVersion.Kind.SEQUENCE, FunnelVersion.Status.PUBLISHED
    now = clock.now()
    FunnelVersion.objects.create(
        kind=kind, key=SEQUENCE, number=1, text=text, status=status, created_at=now, published_at=now
    )
