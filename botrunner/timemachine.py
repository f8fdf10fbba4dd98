"""Moves the clock of a sandbox installation, so that what is due on the way happens as it would have happened."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection
from django.utils.module_loading import import_string
from django_celery_beat.models import PeriodicTask

from botrunner.db import POOL, in_all_partners
from botrunner.services import journey
from funnels.services import upcoming
from partners import clock

log = logging.getLogger(__name__)

STOPS = 100  # on one journey; whatever is due after them waits for its end
PATIENCE = 4.0  # real seconds for what is due at a stop to be sent
LOOK_EVERY = 0.05


class ProductClock:
    """`tick` does at once whatever is due, as Celery's ticks would do it a little later."""

    def __init__(self, *, tick: Callable[[], None]) -> None:
        self._tick = tick

    def ahead(self) -> timedelta:
        return clock.ahead()

    async def next_message(self, *, bot_id: int, person_id: int) -> datetime | None:
        return await in_all_partners(upcoming.next_message, bot_id=bot_id, person_id=person_id, now=clock.now())

    async def travel(self, *, to: datetime, moved: Callable[[], None]) -> None:
        """A jump over everything would look like an outage: messages would come too late, together, or not at all.

        What was promised before the journey goes out first, or it would become stale on the way.
        """
        await self._let_things_happen()
        for _stop in range(STOPS):
            due = await in_all_partners(upcoming.next_due, now=clock.now())
            if due is None or due >= to:
                break
            await self._go(due, moved)
        await self._go(to, moved)
        await in_all_partners(journey.renew_heartbeats)

    async def _go(self, to: datetime, moved: Callable[[], None]) -> None:
        clock.move(max(to - clock.now(), timedelta(0)))
        moved()
        await self._let_things_happen()

    async def _let_things_happen(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(POOL, _quietly, self._tick)
        end = loop.time() + PATIENCE
        while await in_all_partners(journey.wake, now=clock.now()) and loop.time() < end:
            await asyncio.sleep(LOOK_EVERY)


def _quietly(tick: Callable[[], None]) -> None:
    """A tick that fails is tried again by Celery; the clock has been moved all the same."""
    try:
        tick()
    except Exception:
        log.exception("a tick after moving the clock failed")
    finally:
        connection.close()


def run_timetable() -> None:
    """Every tick of the timetable that comes at least once an hour, here and now."""
    for row in PeriodicTask.objects.filter(enabled=True, interval__isnull=False).select_related("interval"):
        if row.interval.schedule.run_every <= timedelta(hours=1):
            import_string(row.task)()
