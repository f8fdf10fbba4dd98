"""The list of commands that Telegram shows beside the input field. Told to Telegram only when it has changed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging

from telegram import Bot
from telegram.error import TelegramError

from botrunner.api import call
from botrunner.db import in_all_partners
from botrunner.services import fleet
from funnels.services.presets import phrases

log = logging.getLogger(__name__)


def commands() -> list[dict[str, str]]:
    return [{"command": name, "description": text} for name, text in phrases().commands.items()]


def fingerprint() -> str:
    return hashlib.sha256(json.dumps(commands()).encode()).hexdigest()[:16]


class Menus:
    """Of a runner: one bot after the other, for all at once would hold up the start of a thousand."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def show(self, bot: Bot, *, bot_id: int, shown: str) -> None:
        """`shown` is the fingerprint of what Telegram shows already. A bot without a menu works as well."""
        if shown != fingerprint():
            async with self._turn:
                await _show(bot, bot_id)


async def _show(bot: Bot, bot_id: int) -> None:
    try:
        await call(bot, "setMyCommands", {"commands": commands(), "scope": {"type": "all_private_chats"}})
    except TelegramError as error:
        log.warning("the commands of bot %s could not be set: %s", bot_id, type(error).__name__)
        return
    await in_all_partners(fleet.remember_menu, bot_id=bot_id, menu=fingerprint())
