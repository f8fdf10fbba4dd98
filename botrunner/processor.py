"""Order within a chat, parallel across chats."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from time import perf_counter
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from partners import log_context
from partners.metrics import TURN_TIME, UPDATES


class ChatOrder(BaseUpdateProcessor):
    """An update waits for the earlier ones of its chat, and for nobody else's."""

    # Never reached, the poll loop stops at `in_hand` before: at a limit here one chat would hold up the others.
    AT_ONCE = 10_000

    def __init__(self) -> None:
        super().__init__(self.AT_ONCE)
        self._last: dict[int, asyncio.Future[None]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self.expected: set[int] = set()  # ids of the updates in our hands, waiting or being handled

    @property
    def in_hand(self) -> int:
        return len(self._tasks)

    def watch(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def abandon(self) -> None:
        """Ends what is at hand. The inbox keeps it for the bot's next start, which would do it a second time."""
        for task in self._tasks:
            task.cancel()

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def do_process_update(self, update: object, coroutine: Coroutine[Any, Any, Any]) -> None:  # type: ignore[override]
        if task := asyncio.current_task():
            self.watch(task)
        chat_id = _chat_id(update)
        earlier = self._last.get(chat_id)
        mine = self._last[chat_id] = asyncio.get_running_loop().create_future()
        begun = perf_counter()
        log_context.add(update=update.update_id if isinstance(update, Update) else None)  # the task ends with it
        try:
            if earlier is not None:
                await asyncio.wait((earlier,))  # a bare await would cancel `earlier` together with this task
            await coroutine
        finally:
            coroutine.close()
            UPDATES.inc()
            TURN_TIME.observe(perf_counter() - begun)
            if isinstance(update, Update):
                self.expected.discard(update.update_id)
            mine.set_result(None)
            if self._last.get(chat_id) is mine:
                del self._last[chat_id]


def _chat_id(update: object) -> int:
    chat = update.effective_chat if isinstance(update, Update) else None
    return chat.id if chat is not None else 0
