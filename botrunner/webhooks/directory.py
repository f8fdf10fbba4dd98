"""Which bot an update is for, remembered for some seconds."""

from __future__ import annotations

import asyncio

from botrunner.db import in_all_partners
from botrunner.services import webhooks
from botrunner.services.webhooks import Addressee

FRESH = 10.0  # seconds
LOOK_AGAIN = 1.0  # seconds, for a bot that is not known
PATIENCE = 3.0


class Directory:
    def __init__(self) -> None:
        self._known: dict[int, Addressee] = {}
        self._read_at = -FRESH
        self._reading = asyncio.Lock()

    async def find(self, telegram_id: int) -> Addressee | None:
        """Raises TimeoutError if the database is away and nothing is known of the bot."""
        limit = FRESH if telegram_id in self._known else LOOK_AGAIN
        if self._age() >= limit:
            async with self._reading:
                if self._age() >= limit:
                    await self._read(telegram_id)
        return self._known.get(telegram_id)

    async def _read(self, telegram_id: int) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                self._known = await in_all_partners(webhooks.addressees)
        except TimeoutError:
            if telegram_id not in self._known:
                raise
        self._read_at = asyncio.get_running_loop().time()

    def _age(self) -> float:
        return asyncio.get_running_loop().time() - self._read_at
