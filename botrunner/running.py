"""One running bot. It reports its state in `pulse` and never raises into its neighbours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from django.utils.translation import gettext as _
from telegram.error import InvalidToken, NetworkError, RetryAfter

from botrunner.application import BotApplication, KnownBot, build, describe, frames
from botrunner.context import Desk
from botrunner.db import in_all_partners, in_partner
from botrunner.delivery import Outlet
from botrunner.intake import Intake
from botrunner.meter import Meter
from botrunner.polling import Polling, note_trouble
from botrunner.processor import ChatOrder
from botrunner.runtime import Runtime
from botrunner.services import fleet
from botrunner.services.fleet import Pulse, Wish
from botrunner.webhooks.hook import Hook
from content.outbox.delivery import sweep
from partners import log_context
from partners.health import Trouble
from partners.models import Bot

log = logging.getLogger(__name__)

DRAIN_SECONDS = 3.5  # a slow farewell must not hold up the other bots, nor the updates that wait for a new owner


class RunningBot:
    def __init__(self, wish: Wish, runtime: Runtime) -> None:
        self.pulse = Pulse(bot_id=wish.bot_id, generation=wish.generation)
        self._partner_id = wish.partner_id
        self._runtime = runtime
        self._order = ChatOrder()
        self._desk = Desk.of(partner_id=wish.partner_id, bot_id=wish.bot_id, clock=runtime.clock, lease=runtime.lease)
        self._application: BotApplication | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._showing_panels: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._menu = ""

    def start(self) -> None:
        self._begin(self._live(), "life")

    def wake(self) -> None:
        """Somebody else may have stored updates for this bot."""
        self._news.set()

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        with log_context.bound(partner=self._partner_id, bot=self.pulse.bot_id):  # handed on to all that it begins
            task = asyncio.create_task(work, name=f"bot {self.pulse.bot_id}: {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def stop(self) -> None:
        """No new updates; those at hand are finished, as far as they can be within DRAIN_SECONDS."""
        begun = list(self._tasks)
        for task in begun:
            task.cancel()
        closing: list[Coroutine[Any, Any, None]] = [self._drain(self._application)] if self._application else []
        await asyncio.gather(*begun, *closing, return_exceptions=True)
        self.pulse.state = Bot.State.STOPPED
        with log_context.bound(partner=self._partner_id, bot=self.pulse.bot_id):
            log.info("bot %s has stopped", self.pulse.bot_id)

    async def _drain(self, application: BotApplication) -> None:
        try:
            await asyncio.wait_for(application.stop(), DRAIN_SECONDS)
        except TimeoutError:
            log.warning("bot %s stopped with updates in hand; the inbox keeps them", self.pulse.bot_id)
            self._order.abandon()
        await self._desk.answered.flush()
        await application.shutdown()

    async def _live(self) -> None:
        try:
            application = await self._open()
            intake = Intake(application=application, desk=self._desk, order=self._order, pulse=self.pulse)
            await intake.recover()
            self.wake()  # for what came meanwhile
            await self._join_delivery(application)
            log.info("bot %s has begun", self.pulse.bot_id)
            self._begin(self._show_menu(application), "menu")
            self._begin(self._listen(intake), "inbox")
            await self._receive(application, intake)
        except InvalidToken:
            log.warning("bot %s: Telegram does not accept its token", self.pulse.bot_id)
            error = _("Telegram does not accept the token: take a new one from @BotFather and enter it here.")
            self._failed(error, trouble=Trouble.TOKEN)
        except Exception as error:
            log.error("bot %s broke: %s\n%s", self.pulse.bot_id, describe(error), frames(error))
            self._failed(describe(error))
        finally:
            self._runtime.typing.leave(self.pulse.bot_id)
            await self._runtime.delivery.leave(self.pulse.bot_id)

    async def _receive(self, application: BotApplication, intake: Intake) -> None:
        runtime = self._runtime
        if runtime.webhook_url:
            hook = Hook(
                application=application,
                intake=intake,
                pulse=self.pulse,
                clock=runtime.clock,
                base_url=runtime.webhook_url,
            )
            await hook.run()
        polling = Polling(
            application=application, intake=intake, pulse=self.pulse, lease=runtime.lease, clock=runtime.clock
        )
        await polling.run()

    async def _listen(self, intake: Intake) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await intake.look()
            except Exception as error:  # the rows stay; the supervisor asks again
                log.error("inbox of bot %s: %s", self.pulse.bot_id, describe(error))

    async def _join_delivery(self, application: BotApplication) -> None:
        """What a predecessor was sending when it died is decided first."""
        swept = {"bot_ids": [self.pulse.bot_id], "now": self._runtime.clock()}
        if unknown := await in_partner(self._desk.partner_id, sweep, **swept):
            log.warning("bot %s: %s messages were being sent when the runner died", self.pulse.bot_id, unknown)
        self._runtime.delivery.join(self.pulse.bot_id, Outlet(application.bot, self._desk.departures))
        self._runtime.typing.join(self.pulse.bot_id, application.bot, self._desk.departures)

    async def _show_menu(self, application: BotApplication) -> None:
        """Beside the polling, which does not wait for it."""
        await self._runtime.menus.show(application.bot, bot_id=self.pulse.bot_id, shown=self._menu)

    def show_panel_menus(self, wish: Wish) -> None:
        """Beside the polling as well, and only when somebody's menu is another than what Telegram shows."""
        menus, application = self._runtime.menus, self._application
        busy = self._showing_panels is not None and not self._showing_panels.done()
        if application is not None and not busy and menus.panels_due(wish):
            self._showing_panels = self._begin(menus.show_panels(application.bot, wish), "panel menus")

    def _failed(self, error: str, *, trouble: str = "") -> None:
        self.pulse.failed(error, self._runtime.clock(), trouble=trouble)

    async def _open(self) -> BotApplication:
        keys = await in_all_partners(fleet.keys_of, bot_id=self.pulse.bot_id)
        self._menu = keys.menu
        request = Meter(self._runtime.request, self.pulse)
        bot = KnownBot(token=keys.token, api_url=self._runtime.api_url, request=request, me=keys.me)
        application = build(bot=bot, desk=self._desk, order=self._order)
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
                pause = note_trouble(self.pulse, error, pause, self._runtime.clock)
                await asyncio.sleep(pause)
