"""How fast a bot may send. Pure: the clock comes from outside, in seconds."""

from __future__ import annotations

import math
from dataclasses import dataclass

# Telegram allows about 30 a second over all chats, 1 a second in a chat, 20 a minute in a group.
AIR = 0.95  # of Telegram's limit, which tells neither how it counts nor when
SECOND = 1.0  # the window in which Telegram counts
SLOW = 0.25  # seconds for an answer; a slower one does not hold up the others
LEAST_RATE = 1.0
SLOWER = 0.8  # after Telegram asked to slow down; the next time again
GROW_EVERY = 1.0  # seconds for one message a second more
CATCH_UP = 0.1  # seconds that a lane may be late, by a slow machine, without losing its pace
CHAT_GAP = 1.05
GROUP_GAP = 60 / 18


@dataclass(slots=True)
class Place:
    """Of a message in the window."""

    left: float
    free_at: float


class Pace:
    """A window that slides over what has left: when it is full, the next message waits until a place is free.

    A message takes its place at the moment it leaves, so nothing that was planned before can overfill the window,
    and keeps it for a second after it was answered: until then Telegram may have counted it.
    """

    def __init__(self, rate: float, now: float) -> None:
        self._full_rate = self._rate = rate
        self._most = max(1, round(rate / AIR))
        self._places: list[Place] = []
        self._lane_free_at = now
        self._closed_until = now
        self._at = now

    @property
    def rate(self) -> float:
        return self._rate

    @property
    def most(self) -> int:
        """As many may leave within `window`."""
        return self._most

    @property
    def window(self) -> float:
        return self.most / self._rate

    def wait(self, now: float, *, lane: bool = False) -> float:
        """Seconds until one more may leave. Lanes keep an even distance, so that a reply soon finds a place."""
        self._recover(now)
        self._places = [place for place in self._places if place.free_at > now]
        full = len(self._places) >= self._most
        free_at = min(place.free_at for place in self._places) if full else now
        return max(0.0, free_at - now, self._closed_until - now, self._lane_free_at - now if lane else 0.0)

    def leave(self, now: float, *, lane: bool = False) -> Place:
        place = Place(now, now + max(self.window, SLOW + SECOND))
        self._places.append(place)
        if lane:
            self._lane_free_at = max(self._lane_free_at, now - CATCH_UP) + 1 / self._rate
        return place

    def answered(self, place: Place, now: float) -> None:
        place.free_at = max(place.left + self.window, min(now, place.left + SLOW) + SECOND)

    def soon(self, now: float, seconds: float) -> int:
        """How many a lane may send within so many seconds, at the most."""
        self._recover(now)
        return math.ceil(seconds * self._rate) if now >= self._closed_until else 0

    def slow_down(self, now: float, seconds: float) -> None:
        """Telegram said 429: nothing for so long, and slower afterwards."""
        self._recover(now)
        if now >= self._closed_until:  # what was already on its way is refused for the same reason
            self._rate = max(min(LEAST_RATE, self._full_rate), self._rate * SLOWER)
        self._closed_until = max(self._closed_until, now + seconds)

    def _recover(self, now: float) -> None:
        open_since = max(self._at, self._closed_until)
        self._at = max(self._at, now)
        self._rate = min(self._full_rate, self._rate + max(0.0, now - open_since) / GROW_EVERY)


class ChatPace:
    """Which chats must wait for their next message."""

    def __init__(self) -> None:
        self._free_at: dict[int, float] = {}

    def spend(self, chat_id: int, now: float) -> None:
        self._free_at[chat_id] = now + (GROUP_GAP if chat_id < 0 else CHAT_GAP)

    def hold(self, chat_id: int, until: float = math.inf) -> None:
        """Without `until`: a message for this chat is about to leave."""
        self._free_at[chat_id] = max(until, self._free_at.get(chat_id, 0.0))

    def release(self, chat_id: int) -> None:
        self._free_at.pop(chat_id, None)

    def busy(self, now: float) -> list[int]:
        self._free_at = {chat: free_at for chat, free_at in self._free_at.items() if free_at > now}
        return list(self._free_at)
