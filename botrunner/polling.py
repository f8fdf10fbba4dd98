"""Long polling of one bot. Ends only with the token, or when it is cancelled."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from django.utils.translation import gettext as _
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from botrunner.api import call
from botrunner.application import BotApplication
from botrunner.intake import Intake
from botrunner.lease import Lease
from botrunner.services.fleet import Pulse
from botrunner.turns import Clock
from partners.health import Trouble

log = logging.getLogger(__name__)

POLL_SECONDS = 50
POLL_GRACE = 10  # after that the connection is dead, whatever TCP believes
LONGEST_PAUSE = 30.0
CONFLICT_PAUSE = 5.0
WEBHOOK_PAUSE = 0.5
ALLOWED_UPDATES = [
    "message",
    "callback_query",
    "my_chat_member",
    "chat_member",
    "message_reaction",
    "message_reaction_count",
    "edited_message",
]


def note_trouble(pulse: Pulse, error: TelegramError, pause: float, clock: Clock) -> float:
    """The seconds to wait before the next try, when there were `pause` before this one."""
    if isinstance(error, RetryAfter):
        return float(error._retry_after.total_seconds())
    pulse.troubled(_("Telegram cannot be reached: %(error)s") % {"error": error.message}, clock())
    return min(pause * 2, LONGEST_PAUSE)


class Polling:
    def __init__(
        self, *, application: BotApplication, intake: Intake, pulse: Pulse, lease: Lease, clock: Clock
    ) -> None:
        self._application, self._intake, self._pulse = application, intake, pulse
        self._lease, self._clock = lease, clock

    async def run(self) -> None:
        """Raises InvalidToken."""
        offset: int | None = None
        # The first poll, and one after trouble, does not wait: it tells whether the token and the way are good.
        pause, seconds = 1.0, 0
        while True:
            await self._lease.wait()  # else it would cut off the poll of the bot's new owner
            try:
                updates = await self._get_updates(offset, seconds)
            except InvalidToken:
                raise
            except Conflict as error:
                seconds = 0
                await asyncio.sleep(await self._conflict(error))
            except TelegramError as error:
                pause, seconds = note_trouble(self._pulse, error, pause, self._clock), 0
                await asyncio.sleep(pause)
            else:
                pause, seconds = 1.0, POLL_SECONDS
                self._pulse.works(self._clock())
                if updates:
                    await self._lease.wait()
                    await self._intake.receive(updates)
                    offset = updates[-1]["update_id"] + 1
                self._intake.answer_late()

    async def _get_updates(self, offset: int | None, seconds: int) -> list[dict[str, Any]]:
        params: dict[str, Any] = {"timeout": seconds, "limit": 100, "allowed_updates": ALLOWED_UPDATES}
        if offset is not None:
            params["offset"] = offset
        got = await call(self._application.bot, "getUpdates", params, timeout=seconds + POLL_GRACE)
        return [update for update in got if isinstance(update.get("update_id"), int)]

    async def _conflict(self, error: Conflict) -> float:
        """The seconds to wait; when a webhook was in the way, hardly any: its updates wait now."""
        if "webhook" in error.message:
            self._pulse.troubled(_("A webhook was set for the bot; it is being removed."), self._clock())
            try:
                await call(self._application.bot, "deleteWebhook", {"drop_pending_updates": False})
            except TelegramError:
                log.warning("the webhook of bot %s could not be removed", self._pulse.bot_id)
                return CONFLICT_PAUSE
            return min(CONFLICT_PAUSE, WEBHOOK_PAUSE)
        text = _("Another program receives this bot's updates: stop it, or take a new token from @BotFather.")
        self._pulse.failed(text, self._clock(), trouble=Trouble.CONFLICT)
        return CONFLICT_PAUSE
