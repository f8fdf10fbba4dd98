"""The webhook of one bot: set when it is not there, looked after as long as the bot runs."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from django.utils.translation import gettext as _
from telegram.error import InvalidToken, TelegramError

from botrunner.api import call
from botrunner.application import BotApplication
from botrunner.intake import Intake
from botrunner.polling import ALLOWED_UPDATES, note_trouble
from botrunner.services.fleet import Pulse
from botrunner.turns import Clock
from botrunner.webhooks.address import secret_of, url_of
from botrunner.webhooks.health import Trouble, judge

log = logging.getLogger(__name__)

CHECK_EVERY = 45.0  # seconds; shorter than services.fleet.SILENCE, for this is the heartbeat


class Hook:
    def __init__(
        self, *, application: BotApplication, intake: Intake, pulse: Pulse, clock: Clock, base_url: str
    ) -> None:
        self._bot, self._intake, self._pulse, self._clock = application.bot, intake, pulse, clock
        self._url = url_of(base_url, self._bot.id)
        self._seen: dict[str, Any] = {}

    async def run(self) -> None:
        """Until cancelled. Raises InvalidToken."""
        pause = 1.0
        while True:
            try:
                await self.look()
            except InvalidToken:
                raise
            except TelegramError as error:
                pause = note_trouble(self._pulse, error, pause, self._clock)
                await asyncio.sleep(pause)
            else:
                pause = 1.0
                self._pulse.works(self._clock())
                self._intake.answer_late()
                await asyncio.sleep(CHECK_EVERY)

    async def look(self) -> None:
        info = await call(self._bot, "getWebhookInfo", {})
        trouble = judge(info, self._seen, url=self._url, allowed=ALLOWED_UPDATES)
        is_first, self._seen = not self._seen, info
        if trouble is None:
            return
        if not is_first:
            log.warning("webhook of bot %s: %s; it is set again", self._pulse.bot_id, trouble.value)
            text = _("The webhook did not work (%(trouble)s); it has been set again.")
            self._pulse.troubled(text % {"trouble": trouble.value}, self._clock())
        await self._set(anew=trouble == Trouble.STUCK)

    async def _set(self, *, anew: bool) -> None:
        """What waits at Telegram stays there. Set a second time as it is, Telegram would go on waiting."""
        if anew:
            await call(self._bot, "deleteWebhook", {"drop_pending_updates": False})
        await call(
            self._bot,
            "setWebhook",
            {
                "url": self._url,
                "secret_token": secret_of(self._bot.id),
                "allowed_updates": ALLOWED_UPDATES,
                "drop_pending_updates": False,
            },
        )
