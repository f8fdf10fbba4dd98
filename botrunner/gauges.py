"""What Prometheus sees of a runner. A scrape reads memory only; the queues are looked at every quarter of a minute."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from botrunner.application import describe
from botrunner.crew import Crew
from botrunner.db import in_all_partners
from botrunner.lease import Lease
from botrunner.services.queues import queues
from botrunner.turns import Clock
from partners.metrics import INBOX_AGE, OUTBOX_AGE, OUTBOX_DUE
from partners.metrics_server import serve
from partners.models import Bot

log = logging.getLogger(__name__)

LOOK_EVERY = 15.0  # seconds
PATIENCE = 2.0  # seconds for the runner's loop to tell that it works


class Fleet(Collector):
    """The bots of this runner; one series for each of at most a thousand."""

    def __init__(self, crew: Crew, clock: Clock) -> None:
        self._crew, self._clock = crew, clock

    def collect(self) -> Iterator[Metric]:
        pulses, now = self._crew.pulses(), self._clock()
        states = Counter(str(pulse.state) for pulse in pulses)
        bots = GaugeMetricFamily("curator_bots", "Bots of this runner by state.", labels=["state"])
        for state in Bot.State:
            bots.add_metric([state.value], states[state.value])
        silence = GaugeMetricFamily(
            "curator_bot_heartbeat_age_seconds", "Since Telegram last answered the bot.", labels=["bot"]
        )
        for pulse in pulses:
            if pulse.answered_at:
                silence.add_metric([str(pulse.bot_id)], (now - pulse.answered_at).total_seconds())
        yield from (bots, silence)


async def look(crew: Crew, clock: Clock) -> None:
    found = await in_all_partners(queues, bot_ids=list(crew), now=clock())
    INBOX_AGE.set(found.inbox_age.total_seconds())
    for lane, waiting in found.lanes.items():
        OUTBOX_DUE.labels(lane).set(waiting.due)
        OUTBOX_AGE.labels(lane).set(waiting.age.total_seconds())


async def _keep_looking(crew: Crew, clock: Clock) -> None:
    while True:
        try:
            await look(crew, clock)
        except Exception as error:  # the bots are more important than their numbers
            log.error("metrics: %s", describe(error))
        await asyncio.sleep(LOOK_EVERY)


@contextmanager
def shown(crew: Crew, *, lease: Lease, clock: Clock, port: int) -> Iterator[int]:
    """While the runner runs; the port that was taken. 0: nobody wants to see it."""
    loop = asyncio.get_running_loop()

    async def is_leased() -> bool:
        return lease.held

    def ready() -> dict[str, bool]:
        try:
            leased = asyncio.run_coroutine_threadsafe(is_leased(), loop).result(PATIENCE)
        except (TimeoutError, RuntimeError):  # the loop is stuck, or has ended
            return {"loop": False, "database": False}
        return {"loop": True, "database": leased}

    server = serve(port, ready)
    if server is None:
        yield 0
        return
    fleet, looking = Fleet(crew, clock), asyncio.create_task(_keep_looking(crew, clock))
    REGISTRY.register(fleet)
    try:
        yield server.server_port
    finally:
        looking.cancel()
        REGISTRY.unregister(fleet)
        server.shutdown()
        server.server_close()
