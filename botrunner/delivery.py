"""Empties the outbox of one bot: by lanes, not faster than Telegram allows, never the same message twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from botrunner.db import in_partner
from botrunner.pace import ChatPace, Pace
from botrunner.replies import Replies
from botrunner.sender import send
from botrunner.services import outgoing
from botrunner.transport import NotSent
from content.models import OutboxMessage
from content.outbox import delivery
from content.outbox.delivery import Claimed, Result

log = logging.getLogger(__name__)

State, Lane = OutboxMessage.State, OutboxMessage.Lane
MOST_IN_FLIGHT = 64  # claims under way; with slow answers from Telegram the rate needs many at once
SOON = timedelta(seconds=15)  # before a message that Telegram certainly did not get is tried again
Clock = Callable[[], datetime]
T = TypeVar("T")


@dataclass(slots=True)
class Outcome:
    result: Result
    blocked: int | None = None


class Delivery:
    """Belongs to a running bot; `wake` tells it that the outbox has something due."""

    def __init__(self, *, bot: Bot, partner_id: int, bot_id: int, clock: Clock, pace: Pace) -> None:
        self._bot, self._partner_id, self._bot_id, self._clock = bot, partner_id, bot_id, clock
        self._pace, self._chats = pace, ChatPace()
        self._in_flight: set[asyncio.Task[Any]] = set()
        self._news = asyncio.Event()
        self._news.set()

    def wake(self) -> None:
        self._news.set()

    async def run(self) -> None:
        """Until cancelled."""
        unknown = await in_partner(self._partner_id, delivery.sweep, bot_id=self._bot_id, now=self._clock())
        if unknown:
            log.warning("bot %s: %s messages were being sent when the runner died", self._bot_id, unknown)
        while True:
            await self._news.wait()
            self._news.clear()
            while await self._round():
                pass

    async def drain(self) -> None:
        """After `run` was cancelled: what is being sent gets its result."""
        while self._in_flight:
            await asyncio.wait(self._in_flight)

    async def _round(self) -> bool:
        """Begins to send what may be sent at this moment; False when nothing is left that is due."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._pace.wait(loop.time()))
        if len(self._in_flight) >= MOST_IN_FLIGHT:
            await asyncio.wait(self._in_flight, return_when=asyncio.FIRST_COMPLETED)
        claimed = await asyncio.shield(self._track(self._claim()))
        if claimed:
            return True
        pause = self._chats.wait(loop.time())
        await asyncio.sleep(pause)  # something may wait for its chat only
        return pause > 0

    async def _claim(self) -> int:
        """Not to be interrupted: what is claimed is sent."""
        loop = asyncio.get_running_loop()
        claimed = await in_partner(
            self._partner_id,
            outgoing.take_due,
            bot_id=self._bot_id,
            now=self._clock(),
            limit=max(1, self._pace.available(loop.time())),
            busy_chats=self._chats.busy(loop.time()),
        )
        if claimed:
            for message in claimed:
                self._pace.spend(loop.time())
                self._chats.spend(message.chat_id, loop.time())
            self._track(self._send_all(claimed))
        return len(claimed)

    def _track(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)
        return task

    async def _send_all(self, claimed: list[Claimed]) -> None:
        outcomes = await asyncio.gather(*(self._send(message) for message in claimed))
        await in_partner(
            self._partner_id,
            outgoing.settle,
            partner_id=self._partner_id,
            results=[outcome.result for outcome in outcomes],
            blocked=[outcome.blocked for outcome in outcomes if outcome.blocked is not None],
            now=self._clock(),
        )

    async def _send(self, message: Claimed) -> Outcome:
        where = Replies(message.chat_id, (), thread_id=message.thread_id)
        try:
            message_id = await send(self._bot, where, message.message)
        except TelegramError as error:
            return await self._failed(message, error)
        return Outcome(Result(message.id, State.SENT, message_id=message_id))

    async def _failed(self, message: Claimed, error: TelegramError) -> Outcome:
        match error:
            case RetryAfter():
                return self._later(message, error._retry_after)
            case Forbidden():
                return Outcome(Result(message.id, State.FAILED, "blocked"), blocked=message.chat_id)
            case ChatMigrated():
                return await self._moved(message, error.new_chat_id)
            case NotSent() | InvalidToken():
                return self._again(message, SOON)
            case BadRequest():
                return Outcome(Result(message.id, State.FAILED, error.message))
            case NetworkError() if message.lane == Lane.ALERT:
                return self._again(message, SOON)  # an alert twice is better than none
            case _:
                return Outcome(Result(message.id, State.UNKNOWN, "no answer"))

    def _later(self, message: Claimed, wait: timedelta) -> Outcome:
        now = asyncio.get_running_loop().time()
        self._pace.slow_down(now, wait.total_seconds())
        self._chats.hold(message.chat_id, now + wait.total_seconds())
        return self._again(message, wait)

    def _again(self, message: Claimed, wait: timedelta) -> Outcome:
        return Outcome(Result(message.id, State.QUEUED, not_before=self._clock() + wait))

    async def _moved(self, message: Claimed, new_id: int) -> Outcome:
        result = Result(message.id, State.QUEUED)
        await in_partner(
            self._partner_id,
            outgoing.group_moved,
            partner_id=self._partner_id,
            result=result,
            old_id=message.chat_id,
            new_id=new_id,
            now=self._clock(),
        )
        return Outcome(result)
