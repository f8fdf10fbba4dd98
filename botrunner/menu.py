"""The list of commands that Telegram shows beside the input field. Told to Telegram only when it has changed.

All private chats have one menu, that of leads; the partner and the helpers have menus of their own in their chats.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from telegram import Bot
from telegram.error import BadRequest, Forbidden, TelegramError

from botrunner.api import call
from botrunner.db import in_all_partners
from botrunner.panel import desk
from botrunner.panel.visit import Role
from botrunner.services import fleet, panel_menus
from botrunner.services.fleet import Wish
from botrunner.services.panel_menus import NO_CHAT
from funnels.services.presets import phrases

log = logging.getLogger(__name__)

REST = 60.0  # seconds without a try after one that failed
Commands = list[dict[str, str]]


def commands() -> Commands:
    return _as_sent(phrases().commands.items())


def fingerprint() -> str:
    return _fingerprint(commands())


@lru_cache(maxsize=2)
def panel_commands(role: Role) -> Commands:
    """Theirs first; below them what any chat needs."""
    own = desk.described(role)
    return _as_sent([*own, *((name, phrases().commands[name]) for name in ("menu", "help"))])


@lru_cache(maxsize=2)
def panel_fingerprint(role: Role) -> str:
    return _fingerprint(panel_commands(role))


def wanted(wish: Wish) -> dict[int, Role]:
    """Telegram id → whose menu."""
    people: dict[int, Role] = dict.fromkeys(wish.helper_ids, "helper")
    if wish.owner_id is not None:
        people[wish.owner_id] = "owner"
    return people


def outdated(wish: Wish) -> dict[int, Role | None]:
    """Telegram id → whose menu must be shown, None: that of leads again. Without chats that are not open yet."""
    people = wanted(wish)
    told = {int(telegram_id): menu for telegram_id, menu in wish.panel_menus.items()}
    changed: dict[int, Role | None] = {
        telegram_id: role
        for telegram_id, role in people.items()
        if told.get(telegram_id) not in (panel_fingerprint(role), NO_CHAT)
    }
    return changed | dict.fromkeys(told.keys() - people.keys())


class Menus:
    """Of a runner: one bot after the other, for all at once would hold up the start of a thousand."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._resting: dict[int, float] = {}  # bot → until when, on the loop's clock

    async def show(self, bot: Bot, *, bot_id: int, shown: str) -> None:
        """`shown` is the fingerprint of what Telegram shows already. A bot without a menu works as well."""
        if shown != fingerprint():
            async with self._turn:
                await _show(bot, bot_id)

    def panels_due(self, wish: Wish) -> bool:
        return bool(outdated(wish)) and asyncio.get_running_loop().time() >= self._resting.get(wish.bot_id, 0.0)

    async def show_panels(self, bot: Bot, wish: Wish) -> None:
        async with self._turn:
            for telegram_id, role in outdated(wish).items():
                try:
                    await _show_panel(bot, wish.bot_id, telegram_id, role)
                except TelegramError as error:
                    log.warning("the panel's menu of bot %s could not be set: %s", wish.bot_id, type(error).__name__)
                    self._resting[wish.bot_id] = asyncio.get_running_loop().time() + REST
                    return


async def _show(bot: Bot, bot_id: int) -> None:
    try:
        await call(bot, "setMyCommands", {"commands": commands(), "scope": {"type": "all_private_chats"}})
    except TelegramError as error:
        log.warning("the commands of bot %s could not be set: %s", bot_id, type(error).__name__)
        return
    await in_all_partners(fleet.remember_menu, bot_id=bot_id, menu=fingerprint())


async def _show_panel(bot: Bot, bot_id: int, telegram_id: int, role: Role | None) -> None:
    scope = {"type": "chat", "chat_id": telegram_id}
    if role is None:
        await _unless_no_chat(call(bot, "deleteMyCommands", {"scope": scope}))
        await in_all_partners(panel_menus.forget, bot_id=bot_id, telegram_id=telegram_id)
        return
    told = await _unless_no_chat(call(bot, "setMyCommands", {"commands": panel_commands(role), "scope": scope}))
    menu = panel_fingerprint(role) if told else NO_CHAT
    await in_all_partners(panel_menus.remember, bot_id=bot_id, telegram_id=telegram_id, menu=menu)


async def _unless_no_chat(telling: Any) -> bool:
    """False for somebody who has not opened the bot, or has blocked it."""
    try:
        await telling
    except (BadRequest, Forbidden):
        return False
    return True


def _as_sent(described: Iterable[tuple[str, str]]) -> Commands:
    return [{"command": name, "description": text} for name, text in described]


def _fingerprint(menu: Commands) -> str:
    return hashlib.sha256(json.dumps(menu).encode()).hexdigest()[:16]
