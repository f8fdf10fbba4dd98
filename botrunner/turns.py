"""Gathers the turns of a bot that wait at the same moment into one transaction.

Alone, a turn costs seven round trips to PostgreSQL; in a busy moment fifty turns share them.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import Error as DatabaseError

from botrunner.db import in_partner
from botrunner.panel import desk, doorstep
from botrunner.panel.visit import Visit
from botrunner.replies import Replies
from botrunner.services import inbox
from content.messages import Message
from funnels.services.script import script_for
from funnels.services.turns import Turn, take_turns
from partners import log_context

log = logging.getLogger(__name__)

BATCH = 50

Clock = Callable[[], datetime]


@dataclass(slots=True)
class Waiting:
    update_id: int
    turn: Turn
    where: Replies  # with no messages yet
    done: asyncio.Future[Replies] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    # Whoever waits may have been abandoned meanwhile, at the end of the bot.
    def finish(self, replies: Replies) -> None:
        if not self.done.done():
            self.done.set_result(replies)

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class Turns:
    """The turns of one bot."""

    def __init__(self, *, partner_id: int, bot_id: int, clock: Clock) -> None:
        self.partner_id, self.bot_id, self.clock = partner_id, bot_id, clock
        self._queue: deque[Waiting] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def take(self, *, update_id: int, turn: Turn, where: Replies) -> Replies:
        """What to answer, once it is committed. Raises whatever the service raises."""
        waiting = Waiting(update_id, turn, where)
        self._queue.append(waiting)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await waiting.done

    async def _work(self) -> None:
        while self._queue:
            batch = self._next_batch()
            try:
                await self._commit(batch)
            except Exception as error:
                await self._one_by_one(batch, error)

    def _next_batch(self) -> list[Waiting]:
        batch: dict[int, Waiting] = {}  # by person: the second act of somebody waits for the first
        while self._queue and len(batch) < BATCH:
            if self._queue[0].turn.person.telegram_id in batch:
                break
            waiting = self._queue.popleft()
            batch[waiting.turn.person.telegram_id] = waiting
        return list(batch.values())

    async def _one_by_one(self, batch: list[Waiting], error: Exception) -> None:
        """One turn that cannot be taken must not spoil the others."""
        if len(batch) == 1:
            batch[0].fail(error)
            return
        for waiting in batch:
            try:
                await self._commit([waiting])
            except Exception as own_error:
                waiting.fail(own_error)

    async def _commit(self, batch: list[Waiting]) -> None:
        with log_context.bound(update=batch[0].update_id if len(batch) == 1 else None):
            answers = await in_partner(self.partner_id, self._handle, batch)
        for waiting, replies in zip(batch, answers, strict=True):
            waiting.finish(replies)

    def _handle(self, batch: list[Waiting]) -> list[Replies]:
        now = self.clock()
        messages = self._answers([waiting.turn for waiting in batch], now)
        answers = [replace(waiting.where, messages=said) for waiting, said in zip(batch, messages, strict=True)]
        dumped = {waiting.update_id: replies.dump() for waiting, replies in zip(batch, answers, strict=True)}
        inbox.mark_handled(bot_id=self.bot_id, replies=dumped, now=now)
        return answers

    def _answers(self, turns: list[Turn], now: datetime) -> list[tuple[Message, ...]]:
        """The partner's panel takes what is meant for it, an invitation into it too; the rest are turns of leads."""
        script = script_for(partner_id=self.partner_id, now=now)
        said: dict[int, tuple[Message, ...]] = {}
        for at, turn in enumerate(turns):
            visit = Visit(self.partner_id, turn.person.telegram_id, script, now)
            answer = doorstep.answer(visit, turn)
            if answer is None and visit.telegram_id in script.panel_ids:
                answer = desk.answer(visit, turn)
            if answer is not None:
                said[at] = answer
        others = [at for at in range(len(turns)) if at not in said]
        messages = take_turns(partner_id=self.partner_id, turns=[turns[at] for at in others], now=now)
        said.update(zip(others, messages, strict=True))
        return [said[at] for at in range(len(turns))]


class Answered:
    """Marks answered updates, many in one statement and a little later: to lose a mark costs one repeated reply."""

    DELAY = 0.2

    def __init__(self, *, partner_id: int, bot_id: int, clock: Clock) -> None:
        self.partner_id, self.bot_id, self.clock = partner_id, bot_id, clock
        self._ids: list[int] = []
        self._flushing: asyncio.Task[None] | None = None

    def add(self, update_id: int) -> None:
        self._ids.append(update_id)
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush_soon())

    async def _flush_soon(self) -> None:
        await asyncio.sleep(self.DELAY)
        await self.flush()

    async def flush(self) -> None:
        while self._ids:
            ids, self._ids = self._ids, []
            try:
                await in_partner(
                    self.partner_id, inbox.mark_answered, bot_id=self.bot_id, update_ids=ids, now=self.clock()
                )
            except DatabaseError:
                log.exception("answered updates could not be marked")
