"""Who watches the watchman: the worker's tick looks after runners, and a runner looks when no tick comes."""

from __future__ import annotations

import asyncio
import logging

from botrunner.application import describe
from botrunner.db import once
from botrunner.services import watch
from botrunner.turns import Clock

log = logging.getLogger(__name__)

EVERY = 30.0  # seconds


async def stand_in(clock: Clock) -> None:
    """Until cancelled."""
    while True:
        await asyncio.sleep(EVERY)
        try:
            if watch.is_silent(await once(watch.worker_silence)):
                await once(watch.look, now=clock(), by_worker=False)
        except Exception as error:  # the database is away, say: the bots must go on
            log.warning("nobody watches: %s", describe(error))
