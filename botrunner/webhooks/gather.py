"""Group commit: updates that arrive while a transaction is under way share the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from django.db import DatabaseError

from botrunner.db import in_all_partners
from botrunner.services import webhooks
from botrunner.services.webhooks import Arrived
from botrunner.turns import Clock

BATCH = 500
MOST_WAITING = 5_000
PATIENCE = 5.0  # seconds; Telegram brings again what was not taken


class NotStored(RuntimeError):
    """Telegram is to bring it again."""


class Unfit(ValueError):
    """PostgreSQL does not take this update, however often it comes."""


Waiting = tuple[Arrived, asyncio.Future[None]]


class Gather:
    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._waiting: list[Waiting] = []
        self._working: asyncio.Task[None] | None = None

    async def store(self, arrived: Arrived) -> None:
        """Returns when it is committed. Raises NotStored, Unfit."""
        if len(self._waiting) >= MOST_WAITING:
            raise NotStored
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((arrived, done))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        await done

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            await self._settle(batch)

    async def _settle(self, batch: Sequence[Waiting]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await in_all_partners(webhooks.store, arrived=[arrived for arrived, _done in batch], now=self._clock())
        except DatabaseError:
            if len(batch) == 1:
                _tell(batch, Unfit())
                return
            for one in batch:  # an update that does not fit must not spoil the others
                await self._settle([one])
        except Exception:
            _tell(batch, NotStored())
        else:
            _tell(batch, None)


def _tell(batch: Sequence[Waiting], error: Exception | None) -> None:
    for _arrived, done in batch:
        if done.done():  # Telegram has hung up meanwhile
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
