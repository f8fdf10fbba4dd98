"""A real python-telegram-bot against the sandbox, for its tests."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from PIL import Image
from telegram import Bot

from tests.telegram import SandboxServer

T = TypeVar("T")
TOKEN = "100:AA-test_token"
OTHER_TOKEN = "200:AA-other_token"


def make_bot(tg: SandboxServer, token: str = TOKEN) -> Bot:
    return Bot(token, base_url=f"{tg.url}/bot", base_file_url=f"{tg.url}/file/bot")


def with_bot(tg: SandboxServer, use: Callable[[Bot], Awaitable[T]], token: str = TOKEN) -> T:
    """Runs `use(bot)` in a thread of its own: Playwright may occupy the test's event loop."""

    async def run() -> T:
        async with make_bot(tg, token) as bot:
            return await use(bot)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result(60)


def png(width: int = 40, height: int = 30, color: str = "teal") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), color).save(buffer, "PNG")
    return buffer.getvalue()
