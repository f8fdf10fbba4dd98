"""How fast a bot may send. Pure: the clock comes from outside, in seconds."""

from __future__ import annotations

# Telegram allows about 30 a second over all chats, 1 a second in a chat, 20 a minute in a group.
FULL_RATE = 28.5
LEAST_RATE = 1.0
BURST = 1.0  # more at once, and a second could hold more than thirty
CHAT_GAP = 1.05
GROUP_GAP = 60 / 18
SLACK = 1e-6  # of a message: a wait computed with floats must not end a moment too early
GROW_EVERY = 1.0  # seconds for one message a second more, after Telegram asked to slow down


class Pace:
    """A token bucket: `spend` may go below zero for a reply, which nobody makes wait; the lanes then wait longer."""

    def __init__(self, now: float) -> None:
        self._rate = FULL_RATE
        self._tokens = BURST
        self._at = now
        self._closed_until = now

    @property
    def rate(self) -> float:
        return self._rate

    def available(self, now: float) -> int:
        """How many messages may be sent at this moment."""
        self._refill(now)
        return max(0, int(self._tokens)) if now >= self._closed_until else 0

    def wait(self, now: float) -> float:
        """Seconds until the next message may be sent."""
        self._refill(now)
        missing = max(0.0, 1.0 + SLACK - self._tokens) / self._rate if self._tokens < 1.0 else 0.0
        return max(missing, self._closed_until - now, 0.0)

    def room(self, now: float, ahead: float) -> int:
        """How many messages may leave within the next `ahead` seconds."""
        self._refill(now)
        return max(0, int(self._tokens + ahead * self._rate)) if now >= self._closed_until else 0

    def reserve(self, now: float) -> float:
        """Takes the next free moment; the seconds until it."""
        wait = self.wait(now)
        self._tokens -= 1
        return wait

    def closed(self, now: float) -> float:
        """Seconds until Telegram takes messages again after a 429; 0 if it does."""
        return max(0.0, self._closed_until - now)

    def spend(self, now: float, count: int = 1) -> None:
        self._refill(now)
        self._tokens -= count

    def slow_down(self, now: float, seconds: float) -> None:
        """Telegram said 429: nothing for so long, and half as fast afterwards."""
        self._refill(now)
        if now >= self._closed_until:  # what was already on its way is refused for the same reason
            self._rate = max(LEAST_RATE, self._rate / 2)
        self._closed_until = max(self._closed_until, now + seconds)
        self._tokens = min(self._tokens, 0.0)

    def _refill(self, now: float) -> None:
        passed = max(0.0, now - self._at)
        self._at = max(self._at, now)
        self._tokens = min(BURST, self._tokens + passed * self._rate)
        if now > self._closed_until:
            self._rate = min(FULL_RATE, self._rate + passed / GROW_EVERY)


class ChatPace:
    """Which chats must wait for their next message."""

    def __init__(self) -> None:
        self._free_at: dict[int, float] = {}

    def spend(self, chat_id: int, now: float) -> None:
        self._free_at[chat_id] = now + (GROUP_GAP if chat_id < 0 else CHAT_GAP)

    def hold(self, chat_id: int, until: float) -> None:
        self._free_at[chat_id] = max(until, self._free_at.get(chat_id, 0.0))

    def busy(self, now: float) -> list[int]:
        self._free_at = {chat: free_at for chat, free_at in self._free_at.items() if free_at > now}
        return list(self._free_at)

    def wait(self, now: float) -> float:
        """Seconds until the first of them is free; 0 if none is busy."""
        return max(0.0, min(self._free_at.values(), default=now) - now)
