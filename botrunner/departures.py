"""Where the messages of one bot leave, one by one: replies before lanes, and none before its time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Self

from django.conf import settings

from botrunner.pace import Pace, Place

GIVE_WAY = 0.005  # seconds between two looks of a lane whether a reply still waits


class Departures:
    """Everything the bot says passes here, the moment before the request is made and the moment it is answered."""

    def __init__(self, pace: Pace, clock: Callable[[], float]) -> None:
        self.pace, self._clock = pace, clock
        self._persons = 0  # waiting for a reply
        self._replies, self._lanes = asyncio.Lock(), asyncio.Lock()  # their waiters go in the order in which they came

    @classmethod
    def open(cls) -> Self:
        clock = asyncio.get_running_loop().time
        return cls(Pace(settings.TELEGRAM_RATE, clock()), clock)

    @property
    def idle(self) -> bool:
        """Whether nobody waits for a reply and one could leave at once."""
        return not self._persons and not self.pace.wait(self._clock())

    async def reply(self) -> Place:
        """A person waits: they go past the lanes."""
        self._persons += 1
        try:
            async with self._replies:
                while wait := self.pace.wait(self._clock()):
                    await asyncio.sleep(wait)
                return self.pace.leave(self._clock())
        finally:
            self._persons -= 1

    async def lane(self) -> Place:
        async with self._lanes:
            while wait := max(self.pace.wait(self._clock(), lane=True), GIVE_WAY if self._persons else 0.0):
                await asyncio.sleep(wait)
            return self.pace.leave(self._clock(), lane=True)

    def answered(self, place: Place) -> None:
        self.pace.answered(place, self._clock())

    def soon(self, seconds: float) -> int:
        """How many messages of the lanes may leave within so many seconds, at the most."""
        return self.pace.soon(self._clock(), seconds)

    def slow_down(self, seconds: float) -> None:
        """Telegram said 429."""
        self.pace.slow_down(self._clock(), seconds)
