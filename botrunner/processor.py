"""Order within a chat, parallel across chats."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor


class ChatOrder(BaseUpdateProcessor):
    """An update waits for the earlier ones of its chat, and for nobody else's."""

    AT_ONCE = 256

    def __init__(self) -> None:
        super().__init__(self.AT_ONCE)
        self._last: dict[int, asyncio.Future[None]] = {}

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        chat_id = _chat_id(update)
        earlier = self._last.get(chat_id)
        mine = self._last[chat_id] = asyncio.get_running_loop().create_future()
        try:
            if earlier is not None:
                await earlier
            await coroutine
        finally:
            mine.set_result(None)
            if self._last.get(chat_id) is mine:
                del self._last[chat_id]


def _chat_id(update: object) -> int:
    chat = update.effective_chat if isinstance(update, Update) else None
    return chat.id if chat is not None else 0
