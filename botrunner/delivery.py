"""Empties the outbox of all bots of a runner: by lanes, not faster than Telegram allows, never a message twice.

One statement claims for all bots, one writes all results: with a statement for every bot, a hundred busy bots
would keep each other and the replies waiting.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import timedelta

from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from botrunner.application import describe
from botrunner.db import in_all_partners
from botrunner.departures import Departures
from botrunner.lease import Lease
from botrunner.pace import ChatPace
from botrunner.replies import Replies
from botrunner.sender import send
from botrunner.services import outgoing
from botrunner.transport import NotSent
from botrunner.turns import Clock
from content.models import OutboxMessage
from content.outbox.delivery import Claimed, Result, sweep
from partners import log_context
from partners.metrics import SENDS

log = logging.getLogger(__name__)

State, Lane = OutboxMessage.State, OutboxMessage.Lane
FAREWELL = 3.0  # seconds for Telegram's answers when a bot stops; what has none by then is unknown
AHEAD = 0.12  # seconds of sending that are claimed in advance: more than a round, for a kill makes all of it unknown
STRAY = timedelta(minutes=1)  # after which a claim that nobody has in hand is dead
TROUBLE = 1.0
ROUND = 0.05  # seconds between two claims while there is work
SOON = timedelta(seconds=15)  # before a message that Telegram certainly did not get is tried again


@dataclass(slots=True)
class Outlet:
    """A running bot, as the delivery sees it."""

    bot: Bot
    departures: Departures
    waiting: dict[int, asyncio.Task[None]] = field(default_factory=dict)  # claimed, and not yet on their way

    def room(self) -> int:
        return max(0, self.departures.soon(AHEAD) - len(self.waiting))


class Delivery:
    """Belongs to the runner; bots join when they run and leave when they stop."""

    def __init__(self, *, clock: Clock, lease: Lease) -> None:
        self._clock, self._lease = clock, lease
        self._outlets: dict[int, Outlet] = {}
        self._due: set[int] = set()
        self._news = asyncio.Event()
        self._chats = ChatPace()
        self._results: list[Result] = []
        self._blocked: list[tuple[int, int]] = []
        self._working: asyncio.Task[None] | None = None
        self._sending: dict[asyncio.Task[None], int] = {}
        self._in_hand: set[int] = set()  # claimed, and not yet written down

    def join(self, bot_id: int, outlet: Outlet) -> None:
        self._outlets[bot_id] = outlet
        self.wake(bot_id)

    async def leave(self, bot_id: int) -> None:
        """What is being sent by this bot gets its result; what only waits goes back."""
        outlet = self._outlets.pop(bot_id, None)
        if outlet is None:
            return
        if self._working is not None:
            await asyncio.wait([self._working])
        for task in outlet.waiting.values():
            task.cancel()
        if mine := [task for task, owner in self._sending.items() if owner == bot_id]:
            await asyncio.wait(mine, timeout=FAREWELL)
        await self._flush()

    def wake(self, bot_id: int) -> None:
        """The outbox has something due for this bot."""
        self._due.add(bot_id)
        self._news.set()

    async def sweep(self) -> None:
        """Claims that never reached us: a runner died while it committed one, or the connection did."""
        now = self._clock()
        swept = {"bot_ids": list(self._outlets), "now": now, "claimed_before": now - STRAY, "in_hand": self._in_hand}
        if unknown := await in_all_partners(sweep, **swept):
            log.warning("%s messages were claimed and belong to nobody", unknown)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            if not (self._due or self._results):
                self._news.clear()
                await self._news.wait()
            await self._lease.wait()
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
        self._due &= self._outlets.keys()
        room = {bot_id: self._outlets[bot_id].room() for bot_id in self._due}
        room = {bot_id: count for bot_id, count in room.items() if count}
        if not room:
            return
        busy = self._chats.busy(asyncio.get_running_loop().time())
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
        self._in_hand.add(message.id)
        self._chats.hold(message.chat_id)
        with log_context.bound(partner=message.partner_id, bot=message.bot_id):
            task = asyncio.create_task(self._send(outlet, message))
        outlet.waiting[message.id] = task
        self._sending[task] = message.bot_id
        task.add_done_callback(lambda done: self._sending.pop(done, None))

    async def _send(self, outlet: Outlet, message: Claimed) -> None:
        try:
            await self._lease.wait()  # else its bot may be somebody else's by now
            place = await outlet.departures.lane()
        except asyncio.CancelledError:  # the bot stops before the message's turn
            self._chats.release(message.chat_id)
            self._results.append(Result(message.id, State.QUEUED))
            return
        del outlet.waiting[message.id]
        self._chats.spend(message.chat_id, asyncio.get_running_loop().time())
        result = await self._result(outlet, message)
        outlet.departures.answered(place)
        again = result.state == State.QUEUED
        SENDS.labels(Lane(message.lane).name.lower(), "again" if again else str(result.state)).inc()
        self._results.append(result)  # not in one line with the await: meanwhile there is another list
        self._news.set()

    async def _result(self, outlet: Outlet, message: Claimed) -> Result:
        where = Replies(message.chat_id, (), thread_id=message.thread_id)
        try:
            try:
                message_id = await send(outlet.bot, where, message.message)
            except TelegramError as error:
                return await self._failed(outlet, message, error)
        except Exception as error:  # a picture that cannot be read, say: one message must not stop the others
            log.error("message %s: %s", message.id, describe(error))
            return Result(message.id, State.FAILED, describe(error))
        return Result(message.id, State.SENT, message_id=message_id)

    async def _failed(self, outlet: Outlet, message: Claimed, error: TelegramError) -> Result:
        match error:
            case RetryAfter():
                return self._later(outlet, message, error._retry_after)
            case Forbidden():
                self._blocked.append((message.partner_id, message.chat_id))
                never = "initiate" in error.message  # a bot cannot write first: a partner who has not opened it yet
                return Result(message.id, State.FAILED, "never opened" if never else "blocked")
            case ChatMigrated():
                moved = {"partner_id": message.partner_id, "old_id": message.chat_id, "new_id": error.new_chat_id}
                await in_all_partners(outgoing.group_moved, **moved)
                return Result(message.id, State.QUEUED)
            case NotSent() | InvalidToken():
                return self._again(message, SOON)
            case BadRequest():
                return Result(message.id, State.FAILED, error.message)
            case NetworkError() if message.lane in Lane.repeatable():
                return self._again(message, SOON)
            case _:
                return Result(message.id, State.UNKNOWN, "no answer")

    def _later(self, outlet: Outlet, message: Claimed, wait: timedelta) -> Result:
        seconds = wait.total_seconds()
        if message.chat_id > 0:  # a group has a limit of its own, and the others must not wait for it
            outlet.departures.slow_down(seconds)
        self._chats.hold(message.chat_id, asyncio.get_running_loop().time() + seconds)
        return self._again(message, wait)

    def _again(self, message: Claimed, wait: timedelta) -> Result:
        return Result(message.id, State.QUEUED, not_before=self._clock() + wait)

    async def _flush(self) -> None:
        if not self._results:
            return
        results, self._results = self._results, []
        blocked, self._blocked = self._blocked, []
        try:
            await in_all_partners(outgoing.settle, results=results, blocked=blocked, now=self._clock())
        except Exception:
            self._results[:0], self._blocked[:0] = results, blocked
            raise
        self._in_hand.difference_update(result.id for result in results)
