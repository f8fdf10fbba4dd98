"""kill -9 of the runner and of the Celery worker: every promise is accounted for.

Small drills, to be quick; `python -m bench kills` does both with 5,000 messages and 20 kills.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from bench.drill import Scene, kill_during_broadcast, kill_during_timers, report
from bench.kills import publish_sequence
from bench.machine import free_port
from bench.network import token
from bench.turns import stand_in
from bench.victims import World
from config.celery import app
from partners import tenancy
from tests.factories import make_bot, make_partner

MESSAGES, KILLS, RATE, LATENCY = 400, 3, 200.0, 0.02


@pytest.fixture
def scene(network: None) -> Iterator[Scene]:
    partner = make_partner(quiet_from="00:00", quiet_to="00:00")  # nobody sleeps
    bot = make_bot(partner, token=token(0))
    with tenancy.all_partners():
        publish_sequence()
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")  # shown when the test fails
    port = free_port()
    queue = f"kills_{os.getpid()}"
    world = World(connection.settings_dict["NAME"], f"http://127.0.0.1:{port}", RATE, queue)
    eager, app.conf.task_always_eager = app.conf.task_always_eager, False
    with stand_in(port, 1, 0, 0.0, LATENCY):
        yield Scene(bot, world, port, MESSAGES, random.Random(seed))
    app.conf.task_always_eager = eager


@pytest.mark.parametrize("drill", [kill_during_broadcast, kill_during_timers])
def test_400_messages_and_3_kills_of_each_process(scene: Scene, drill: Callable[..., None]) -> None:
    drill(scene, kills=KILLS)
    found = report(scene)
    assert found.problems() == []
    assert found.tally.promised == MESSAGES
    assert found.tally.sent > MESSAGES / 2
