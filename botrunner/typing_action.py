"""«печатает…» in every chat where somebody waits for the curator, for all bots of a runner.

The rows are the truth, and they are asked only after news and while somebody waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from telegram import Bot
from telegram.error import RetryAfter, TelegramError

from botrunner.api import call
from botrunner.application import describe
from botrunner.db import in_all_partners
from botrunner.departures import Departures
from botrunner.pace import Pace, Place
from botrunner.services.waiting import Chat, open_chats
from botrunner.turns import Clock

log = logging.getLogger(__name__)

EVERY = 4.5  # seconds; Telegram shows it for 5
LEAST = 4.0  # seconds between two in one chat, however often something is asked there
RATE = 8.0  # a second and bot: Telegram does not tell whether it counts them among the messages
SOON = EVERY - LEAST  # seconds, before those are looked at again that had to stand back
ROUND = 0.1  # seconds between two looks, however much is asked
ANSWERED_WITHIN = 3.0  # by Telegram; later it is the next one's turn


@dataclass(slots=True)
class Typist:
    """A running bot, as it types."""

    bot: Bot
    departures: Departures
    pace: Pace
    shown: dict[Chat, float] = field(default_factory=dict)

    def due(self, chats: Iterable[Chat], now: float) -> list[Chat]:
        """Where it is to be shown now. Whoever answers goes first: with replies about to leave it is nowhere."""
        self.shown = {chat: at for chat, at in self.shown.items() if now - at < EVERY + LEAST}
        if not self.departures.idle:
            return []
        return [chat for chat in chats if now - self.shown.get(chat, -LEAST) >= LEAST]

    def rest(self, chats: Iterable[Chat], now: float) -> float:
        """Seconds until one of them is due again."""
        return max(SOON, min(self.shown.get(chat, now - EVERY) + EVERY - now for chat in chats))


class Typing:
    """Belongs to the runner; bots join when they run and leave when they stop."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._typists: dict[int, Typist] = {}
        self._asked: set[int] = set()  # bots of whom somebody may have asked something
        self._news = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()

    def join(self, bot_id: int, bot: Bot, departures: Departures) -> None:
        self._typists[bot_id] = Typist(bot, departures, Pace(RATE, self._time()))
        self.wake(bot_id)

    def leave(self, bot_id: int) -> None:
        self._typists.pop(bot_id, None)

    def wake(self, bot_id: int) -> None:
        """Somebody asked this bot something."""
        self._asked.add(bot_id)
        self._news.set()

    async def run(self) -> None:
        """Until cancelled."""
        seconds: float | None = None
        try:
            while True:
                await self._until_news(seconds)
                try:
                    seconds = await self.look()
                except Exception as error:  # it is only a nicety; the next question tries again
                    log.error("typing: %s", describe(error))
                    seconds = None
                await asyncio.sleep(ROUND)
        finally:
            for task in self._sending:
                task.cancel()
            await asyncio.gather(*self._sending, return_exceptions=True)

    async def _until_news(self, seconds: float | None) -> None:
        """At the latest after so many seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
        self._news.clear()

    async def look(self) -> float | None:
        """Types wherever somebody waits. Seconds until the next look; None: when there is news."""
        asked, self._asked = self._asked & self._typists.keys(), set()
        if not asked:
            return None
        chats = await in_all_partners(open_chats, bot_ids=asked, now=self._clock())
        chats = {bot_id: open_ones for bot_id, open_ones in chats.items() if bot_id in self._typists}
        for bot_id, open_ones in chats.items():
            self._show(self._typists[bot_id], open_ones)
        self._asked |= chats.keys()
        now = self._time()
        return min((self._typists[bot_id].rest(open_ones, now) for bot_id, open_ones in chats.items()), default=None)

    def _show(self, typist: Typist, chats: Iterable[Chat]) -> None:
        now = self._time()
        for chat in typist.due(chats, now):
            if typist.pace.wait(now):
                break
            typist.shown[chat] = now
            task = asyncio.create_task(self._send(typist, chat, typist.pace.leave(now)))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send(self, typist: Typist, chat: Chat, place: Place) -> None:
        chat_id, thread_id = chat
        params = {"chat_id": chat_id, "action": "typing"} | ({"message_thread_id": thread_id} if thread_id else {})
        try:
            await call(typist.bot, "sendChatAction", params, timeout=ANSWERED_WITHIN)
        except RetryAfter as error:
            typist.pace.slow_down(self._time(), error._retry_after.total_seconds())
        except TelegramError:
            log.debug("«печатает…» could not be shown")  # whoever blocks the bot does not miss it
        finally:
            typist.pace.answered(place, self._time())

    @staticmethod
    def _time() -> float:
        return asyncio.get_running_loop().time()
