"""What comes for one bot: durable before Telegram is told so, dispatched once whichever way it came."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from telegram import Update

from botrunner.application import BotApplication, describe
from botrunner.context import Desk
from botrunner.db import in_partner
from botrunner.models import InboxUpdate
from botrunner.processor import ChatOrder
from botrunner.replies import Replies
from botrunner.services import inbox
from botrunner.services.fleet import Pulse

QUEUE_LIMIT = 500  # updates in memory; the others wait in Telegram, or in the inbox
AT_ONCE = 100


class Intake:
    def __init__(self, *, application: BotApplication, desk: Desk, order: ChatOrder, pulse: Pulse) -> None:
        self._application, self._desk, self._order, self._pulse = application, desk, order, pulse
        self._unanswered: dict[int, tuple[int, Replies]] = {}  # by chat: what a predecessor may not have sent
        self._taking = asyncio.Lock()  # a stored update is either in the inbox or in our hands, never seen as both

    async def recover(self) -> None:
        """Goes on with what a predecessor left: effects whose answer may be missing, and updates without an effect."""
        async with self._taking:
            rows = await in_partner(self._desk.partner_id, inbox.open_updates, bot_id=self._desk.bot_id)
            for row in rows:
                if row.handled_at is None:
                    await self._dispatch(json.loads(row.payload))
                else:
                    await self._keep_for_later(row)

    async def receive(self, updates: Sequence[dict[str, Any]]) -> None:
        """Stored and committed first: only then the next poll confirms them to Telegram."""
        now = self._desk.clock()
        ids = {"partner_id": self._desk.partner_id, "bot_id": self._desk.bot_id}
        async with self._taking:
            new = await in_partner(self._desk.partner_id, inbox.store, **ids, updates=updates, now=now)
            self._pulse.last_update_at = now
            for update in updates:
                if update["update_id"] in new:
                    await self._dispatch(update)
        await self._until_there_is_room()

    async def look(self) -> None:
        """What others stored for this bot: a webhook's receiver, or a runner that has lost the bot since."""
        more = True
        while more:
            async with self._taking:
                fresh = {"bot_id": self._desk.bot_id, "in_hand": self._order.expected, "limit": AT_ONCE}
                rows = await in_partner(self._desk.partner_id, inbox.fresh, **fresh)
                for payload in rows:
                    self._pulse.last_update_at = self._desk.clock()
                    await self._dispatch(json.loads(payload))
            more = len(rows) == AT_ONCE
            await self._until_there_is_room()

    async def _until_there_is_room(self) -> None:
        while self._application.update_queue.qsize() + self._order.in_hand > QUEUE_LIMIT:
            await asyncio.sleep(0.05)

    async def _dispatch(self, raw: dict[str, Any]) -> None:
        self._pulse.updates += 1
        try:
            update = Update.de_json(raw, self._application.bot)
        except Exception as error:  # Telegram may send anything; one bad update must not stop the bot
            await self._set_aside(raw["update_id"], f"malformed: {describe(error)}")
            return
        if update.effective_chat is not None:
            self._went_on(update.effective_chat.id)
        self._order.expected.add(update.update_id)
        self._application.update_queue.put_nowait(update)

    async def _keep_for_later(self, row: InboxUpdate) -> None:
        try:
            replies = Replies.load(row.replies)
        except (ValueError, KeyError, TypeError) as error:  # written by another release
            await self._set_aside(row.update_id, f"unreadable replies: {describe(error)}")
        else:
            self._went_on(replies.chat_id)
            self._unanswered[replies.chat_id] = (row.update_id, replies)

    def _went_on(self, chat_id: int) -> None:
        """Somebody whose answer may be missing did something newer: that gets an answer, the old one is stale."""
        if waiting := self._unanswered.pop(chat_id, None):
            self._desk.answered.add(waiting[0])

    def answer_late(self) -> None:
        """After the first news from Telegram: who has not gone on may be waiting for an answer that never left."""
        for update_id, replies in self._unanswered.values():
            answering = self._desk.answer(self._application.bot, update_id, replies)
            self._order.watch(self._application.create_task(answering))
        self._unanswered.clear()

    async def _set_aside(self, update_id: int, error: str) -> None:
        await in_partner(
            self._desk.partner_id,
            inbox.set_aside,
            bot_id=self._desk.bot_id,
            update_id=update_id,
            error=error,
            now=self._desk.clock(),
        )
