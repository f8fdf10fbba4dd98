"""Empties the outbox of all bots of a runner: by lanes, not faster than Telegram allows, never a message twice.

One statement claims for all bots, one writes all results: with a statement for every bot, a hundred busy bots
would keep each other and the replies waiting.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from botrunner.application import describe
from botrunner.db import in_all_partners
from botrunner.pace import ChatPace, Pace
from botrunner.replies import Replies
from botrunner.sender import send
from botrunner.services import outgoing
from botrunner.transport import NotSent
from botrunner.turns import Clock
from content.models import OutboxMessage
from content.outbox.delivery import Claimed, Result

log = logging.getLogger(__name__)

State, Lane = OutboxMessage.State, OutboxMessage.Lane
FAREWELL = 3.0  # seconds for Telegram's answers when a bot stops; what has none by then is unknown
AHEAD = 0.25  # seconds of sending that are claimed at once; a kill makes that much unknown
TROUBLE = 1.0
ROUND = 0.1  # seconds between two claims while there is work
SOON = timedelta(seconds=15)  # before a message that Telegram certainly did not get is tried again


@dataclass(slots=True)
class Outlet:
    """A running bot, as the delivery sees it."""

    bot: Bot
    pace: Pace


class Delivery:
    """Belongs to the runner; bots join when they run and leave when they stop."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._outlets: dict[int, Outlet] = {}
        self._due: set[int] = set()
        self._news = asyncio.Event()
        self._chats = ChatPace()
        self._results: list[Result] = []
        self._blocked: list[tuple[int, int]] = []
        self._working: asyncio.Task[None] | None = None
        self._sending: dict[asyncio.Task[None], int] = {}

    def join(self, bot_id: int, outlet: Outlet) -> None:
        self._outlets[bot_id] = outlet
        self.wake(bot_id)

    async def leave(self, bot_id: int) -> None:
        """What is being sent by this bot gets its result."""
        if self._outlets.pop(bot_id, None) is None:
            return
        if self._working is not None:
            await asyncio.wait([self._working])
        if mine := [task for task, owner in self._sending.items() if owner == bot_id]:
            await asyncio.wait(mine, timeout=FAREWELL)
        await self._flush()

    def wake(self, bot_id: int) -> None:
        """The outbox has something due for this bot."""
        self._due.add(bot_id)
        self._news.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            if not (self._due or self._results):
                self._news.clear()
                await self._news.wait()
            # What is claimed is sent, and what was sent is written down: not to be interrupted in between.
            self._working = asyncio.create_task(self._round())
            try:
                await asyncio.shield(self._working)
            except Exception as error:  # the rows keep what is due; whatever it is, the next round tries again
                log.error("delivery: %s", describe(error))
                await asyncio.sleep(TROUBLE)
            await asyncio.sleep(ROUND)

    async def _round(self) -> None:
        await self._flush()
        now = asyncio.get_running_loop().time()
        self._due &= self._outlets.keys()
        room = {bot_id: self._outlets[bot_id].pace.room(now, AHEAD) for bot_id in self._due}
        room = {bot_id: count for bot_id, count in room.items() if count}
        if not room:
            return
        busy = self._chats.busy(now)
        claimed = await in_all_partners(outgoing.take_due, room=room, now=self._clock(), busy_chats=busy)
        for message in claimed:
            self._begin(message)
        if not busy:  # with busy chats, what was left out may be due as well
            self._due -= room.keys() - {message.bot_id for message in claimed}

    def _begin(self, message: Claimed) -> None:
        outlet = self._outlets.get(message.bot_id)
        if outlet is None:  # it stopped while this was being claimed
            self._results.append(Result(message.id, State.QUEUED))
            return
        now = asyncio.get_running_loop().time()
        wait = outlet.pace.reserve(now)
        self._chats.spend(message.chat_id, now + wait)
        task = asyncio.create_task(self._send(outlet, message, wait))
        self._sending[task] = message.bot_id
        task.add_done_callback(lambda done: self._sending.pop(done, None))

    async def _send(self, outlet: Outlet, message: Claimed, wait: float) -> None:
        await asyncio.sleep(wait)
        await asyncio.sleep(outlet.pace.closed(asyncio.get_running_loop().time()))
        where = Replies(message.chat_id, (), thread_id=message.thread_id)
        try:
            message_id = await send(outlet.bot, where, message.message)
        except TelegramError as error:
            result = await self._failed(outlet, message, error)
        except Exception as error:  # a picture that cannot be read, say: one message must not stop the others
            log.error("message %s: %s", message.id, describe(error))
            result = Result(message.id, State.FAILED, describe(error))
        else:
            result = Result(message.id, State.SENT, message_id=message_id)
        self._results.append(result)
        self._news.set()

    async def _failed(self, outlet: Outlet, message: Claimed, error: TelegramError) -> Result:
        match error:
            case RetryAfter():
                return self._later(outlet, message, error._retry_after)
            case Forbidden():
                self._blocked.append((message.partner_id, message.chat_id))
                return Result(message.id, State.FAILED, "blocked")
            case ChatMigrated():
                moved = {"partner_id": message.partner_id, "old_id": message.chat_id, "new_id": error.new_chat_id}
                await in_all_partners(outgoing.group_moved, **moved)
                return Result(message.id, State.QUEUED)
            case NotSent() | InvalidToken():
                return self._again(message, SOON)
            case BadRequest():
                return Result(message.id, State.FAILED, error.message)
            case NetworkError() if message.lane == Lane.ALERT:
                return self._again(message, SOON)  # an alert twice is better than none
            case _:
                return Result(message.id, State.UNKNOWN, "no answer")

    def _later(self, outlet: Outlet, message: Claimed, wait: timedelta) -> Result:
        now = asyncio.get_running_loop().time()
        outlet.pace.slow_down(now, wait.total_seconds())
        self._chats.hold(message.chat_id, now + wait.total_seconds())
        return self._again(message, wait)

    def _again(self, message: Claimed, wait: timedelta) -> Result:
        return Result(message.id, State.QUEUED, not_before=self._clock() + wait)

    async def _flush(self) -> None:
        if not self._results:
            return
        results, self._results = self._results, []
        blocked, self._blocked = self._blocked, []
        await in_all_partners(outgoing.settle, results=results, blocked=blocked, now=self._clock())
