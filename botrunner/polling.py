"""One running bot: polls, stores, dispatches. It reports its state in `pulse` and never raises into its neighbours."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from telegram import Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from botrunner.api import call
from botrunner.application import BotApplication, KnownBot, build, describe, frames
from botrunner.context import Desk
from botrunner.db import in_all_partners, in_partner
from botrunner.delivery import Delivery, Outlet
from botrunner.menu import Menus
from botrunner.models import InboxUpdate
from botrunner.processor import ChatOrder
from botrunner.replies import Replies
from botrunner.services import fleet, inbox
from botrunner.services.fleet import Pulse, Wish
from botrunner.transport import SharedRequest
from botrunner.turns import Clock
from botrunner.typing_action import Typing
from content.outbox.delivery import sweep
from partners.models import Bot

log = logging.getLogger(__name__)

POLL_SECONDS = 50
POLL_GRACE = 10  # after that the connection is dead, whatever TCP believes
QUEUE_LIMIT = 500  # updates in memory; the others wait in Telegram
LONGEST_PAUSE = 30.0
CONFLICT_PAUSE = 5.0
DRAIN_SECONDS = 4.0  # a slow farewell must not hold up the other bots
ALLOWED_UPDATES = [
    "message",
    "callback_query",
    "my_chat_member",
    "chat_member",
    "message_reaction",
    "message_reaction_count",
    "edited_message",
]


class RunningBot:
    def __init__(
        self,
        *,
        bot_id: int,
        partner_id: int,
        generation: int,
        request: SharedRequest,
        api_url: str,
        clock: Clock,
        delivery: Delivery,
        menus: Menus,
        typing: Typing,
    ) -> None:
        self.pulse = Pulse(bot_id=bot_id, generation=generation)
        self.desk = Desk.of(partner_id=partner_id, bot_id=bot_id, clock=clock)
        self._request, self._api_url, self._clock = request, api_url, clock
        self._order = ChatOrder()
        self._application: BotApplication | None = None
        self._life: asyncio.Task[None] | None = None
        self._delivery = delivery
        self._menus = menus
        self._typing = typing
        self._menu = ""
        self._showing_menu: asyncio.Task[None] | None = None
        self._showing_panels: asyncio.Task[None] | None = None
        self._unanswered: dict[int, tuple[int, Replies]] = {}  # by chat: what a predecessor may not have sent

    def start(self) -> None:
        self._life = asyncio.create_task(self._live(), name=f"bot {self.pulse.bot_id}")

    async def stop(self) -> None:
        """No new updates; those at hand are finished, as far as they can be within DRAIN_SECONDS."""
        begun = [task for task in (self._life, self._showing_menu, self._showing_panels) if task is not None]
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)
        if self._application is not None:
            await self._drain(self._application)
        self.pulse.state = Bot.State.STOPPED

    async def _drain(self, application: BotApplication) -> None:
        try:
            await asyncio.wait_for(application.stop(), DRAIN_SECONDS)
        except TimeoutError:
            log.warning("bot %s stopped with updates in hand; the inbox keeps them", self.pulse.bot_id)
            self._order.abandon()
        await self.desk.answered.flush()
        await application.shutdown()

    async def _live(self) -> None:
        try:
            application = await self._open()
            await self._recover(application)
            await self._join_delivery(application)
            self._show_menu(application)
            await self._poll(application)
        except InvalidToken:
            self._failed(_("Telegram does not accept the token: take a new one from @BotFather and enter it here."))
        except Exception as error:
            log.error("bot %s broke: %s\n%s", self.pulse.bot_id, describe(error), frames(error))
            self._failed(describe(error))
        finally:
            self._typing.leave(self.pulse.bot_id)
            await self._delivery.leave(self.pulse.bot_id)

    async def _join_delivery(self, application: BotApplication) -> None:
        """What a predecessor was sending when it died is decided first."""
        swept = {"bot_ids": [self.pulse.bot_id], "now": self._clock()}
        if unknown := await in_partner(self.desk.partner_id, sweep, **swept):
            log.warning("bot %s: %s messages were being sent when the runner died", self.pulse.bot_id, unknown)
        self._delivery.join(self.pulse.bot_id, Outlet(application.bot, self.desk.departures))
        self._typing.join(self.pulse.bot_id, application.bot, self.desk.departures)

    def _show_menu(self, application: BotApplication) -> None:
        """Beside the polling, which does not wait for it."""
        shown = self._menus.show(application.bot, bot_id=self.pulse.bot_id, shown=self._menu)
        self._showing_menu = asyncio.create_task(shown)

    def show_panel_menus(self, wish: Wish) -> None:
        """Beside the polling as well, and only when somebody's menu is another than what Telegram shows."""
        busy = self._showing_panels is not None and not self._showing_panels.done()
        if self._application is not None and not busy and self._menus.panels_due(wish):
            self._showing_panels = asyncio.create_task(self._menus.show_panels(self._application.bot, wish))

    def _failed(self, error: str) -> None:
        self.pulse.failed(error, self._clock())

    async def _open(self) -> BotApplication:
        keys = await in_all_partners(fleet.keys_of, bot_id=self.pulse.bot_id)
        self._menu = keys.menu
        bot = KnownBot(token=keys.token, api_url=self._api_url, request=self._request, me=keys.me)
        application = build(bot=bot, desk=self.desk, order=self._order)
        await self._until_answered(application)
        if keys.me is None:
            await in_all_partners(fleet.remember_me, bot_id=self.pulse.bot_id, me=bot.bot.to_dict())
        await application.start()
        self._application = application
        return application

    async def _until_answered(self, application: BotApplication) -> None:
        """`initialize` asks getMe, where it is not known yet."""
        pause = 1.0
        while True:
            try:
                await application.initialize()
                return
            except (RetryAfter, NetworkError) as error:
                pause = self._trouble(error, pause)
                await asyncio.sleep(pause)

    async def _recover(self, application: BotApplication) -> None:
        """Goes on with what a predecessor left: effects whose answer may be missing, and updates without an effect."""
        rows = await in_partner(self.desk.partner_id, inbox.open_updates, bot_id=self.pulse.bot_id)
        for row in rows:
            if row.handled_at is None:
                await self._dispatch(application, json.loads(row.payload))
            else:
                await self._keep_for_later(row)

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
            self.desk.answered.add(waiting[0])

    def _answer_late(self, application: BotApplication) -> None:
        """After the first poll: who has not gone on may be waiting for an answer that never left."""
        for update_id, replies in self._unanswered.values():
            self._order.watch(application.create_task(self.desk.answer(application.bot, update_id, replies)))
        self._unanswered.clear()

    async def _set_aside(self, update_id: int, error: str) -> None:
        await in_partner(
            self.desk.partner_id,
            inbox.set_aside,
            bot_id=self.pulse.bot_id,
            update_id=update_id,
            error=error,
            now=self._clock(),
        )

    async def _poll(self, application: BotApplication) -> None:
        offset: int | None = None
        # The first poll, and one after trouble, does not wait: it tells whether the token and the way are good.
        pause, seconds = 1.0, 0
        while True:
            try:
                updates = await self._get_updates(application, offset, seconds)
            except InvalidToken:
                raise
            except Conflict as error:
                seconds = 0
                await self._conflict(application, error)
                await asyncio.sleep(CONFLICT_PAUSE)
            except TelegramError as error:
                pause, seconds = self._trouble(error, pause), 0
                await asyncio.sleep(pause)
            else:
                pause, seconds = 1.0, POLL_SECONDS
                self.pulse.state, self.pulse.answered_at = Bot.State.RUNNING, self._clock()
                if updates:
                    await self._receive(application, updates)
                    offset = updates[-1]["update_id"] + 1
                self._answer_late(application)

    async def _get_updates(self, application: BotApplication, offset: int | None, seconds: int) -> list[dict[str, Any]]:
        params: dict[str, Any] = {"timeout": seconds, "limit": 100, "allowed_updates": ALLOWED_UPDATES}
        if offset is not None:
            params["offset"] = offset
        got = await call(application.bot, "getUpdates", params, timeout=seconds + POLL_GRACE)
        return [update for update in got if isinstance(update.get("update_id"), int)]

    async def _receive(self, application: BotApplication, updates: Sequence[dict[str, Any]]) -> None:
        """Stored and committed first: only then the next poll confirms them to Telegram."""
        now = self._clock()
        new = await in_partner(
            self.desk.partner_id,
            inbox.store,
            partner_id=self.desk.partner_id,
            bot_id=self.pulse.bot_id,
            updates=updates,
            now=now,
        )
        self.pulse.last_update_at = now
        for update in updates:
            if update["update_id"] in new:
                await self._dispatch(application, update)
        while application.update_queue.qsize() + self._order.in_hand > QUEUE_LIMIT:
            await asyncio.sleep(0.05)

    async def _dispatch(self, application: BotApplication, raw: dict[str, Any]) -> None:
        try:
            update = Update.de_json(raw, application.bot)
        except Exception as error:  # Telegram may send anything; one bad update must not stop the bot
            await self._set_aside(raw["update_id"], f"malformed: {describe(error)}")
            return
        if update.effective_chat is not None:
            self._went_on(update.effective_chat.id)
        application.update_queue.put_nowait(update)

    def _trouble(self, error: TelegramError, pause: float) -> float:
        """Notes it; returns the seconds to wait."""
        if isinstance(error, RetryAfter):
            return float(error._retry_after.total_seconds())
        self.pulse.troubled(_("Telegram cannot be reached: %(error)s") % {"error": error.message}, self._clock())
        return min(pause * 2, LONGEST_PAUSE)

    async def _conflict(self, application: BotApplication, error: Conflict) -> None:
        if "webhook" in error.message:
            self.pulse.troubled(_("A webhook was set for the bot; it is being removed."), self._clock())
            try:
                await call(application.bot, "deleteWebhook", {"drop_pending_updates": False})
            except TelegramError:
                log.warning("the webhook of bot %s could not be removed", self.pulse.bot_id)
            return
        self._failed(_("Another program receives this bot's updates: stop it, or take a new token from @BotFather."))
