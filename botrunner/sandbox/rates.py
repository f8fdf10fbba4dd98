"""Telegram's flood limits (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .errors import too_many_requests
from .state import Chat


@dataclass(slots=True)
class Bucket:
    """Holds up to `size` sends and regains `rate` of them a second."""

    size: float
    rate: float
    level: float
    at: float

    def wait(self, now: float) -> float:
        """Seconds until one send is possible, 0 when it is now."""
        self.level = min(self.size, self.level + max(0.0, now - self.at) * self.rate)
        self.at = now
        return 0.0 if self.level >= 1 else (1 - self.level) / self.rate


class RateLimits:
    """30 a second per bot, 1 a second per private chat with a short burst, 20 a minute per group."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[int, str], Bucket] = {}

    def spend(self, bot_id: int, chat: Chat, now: float) -> None:
        """Raises 429 with retry_after; a refused send costs nothing."""
        per_chat = (4.0, 1.0) if chat.private else (20.0, 20 / 60)
        buckets = [self._bucket(bot_id, "", 30.0, 30.0, now), self._bucket(bot_id, chat.key, *per_chat, now)]
        wait = max(bucket.wait(now) for bucket in buckets)
        if wait:
            raise too_many_requests(max(1, math.ceil(wait)))
        for bucket in buckets:
            bucket.level -= 1

    def _bucket(self, bot_id: int, key: str, size: float, rate: float, now: float) -> Bucket:
        found = self._buckets.get((bot_id, key))
        if found is None:
            found = self._buckets[bot_id, key] = Bucket(size, rate, size, now)
        return found
