"""How long this runner may believe that its bots are its own.

A frozen or cut-off process cannot hear that others have taken its bots. So it asks a clock that went on meanwhile,
before each poll and each message.
"""

from __future__ import annotations

import asyncio

SECONDS = 6.0  # after a confirmed heartbeat; the others wait longer, see partners.services.runners.FENCE_AFTER


class Lease:
    def __init__(self) -> None:
        self._until = self._since = 0.0
        self._renewed = asyncio.Event()

    @property
    def held(self) -> bool:
        return self._time() < self._until

    def held_for(self, seconds: float) -> bool:
        """Without a gap."""
        return self.held and self._time() - self._since >= seconds

    def renew(self, asked_at: float) -> None:
        """A heartbeat was confirmed that left at this time of the loop."""
        if not self.held:
            self._since = asked_at
        self._until = asked_at + SECONDS
        self._renewed.set()

    def end(self) -> None:
        self._until = 0.0

    async def wait(self) -> None:
        """Until it is held."""
        while not self.held:
            self._renewed.clear()
            await self._renewed.wait()

    @staticmethod
    def _time() -> float:
        return asyncio.get_running_loop().time()
