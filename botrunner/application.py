"""One python-telegram-bot Application per bot, light enough for a thousand in a process."""

from __future__ import annotations

import logging
import traceback
from typing import Any

from telegram import Update, User
from telegram.ext import Application, ContextTypes, ExtBot
from telegram.request import BaseRequest

from botrunner.context import Context, Desk, desk_of
from botrunner.db import in_partner
from botrunner.handlers import HANDLERS
from botrunner.processor import ChatOrder
from botrunner.redaction import redact
from botrunner.services import inbox

log = logging.getLogger(__name__)

BotApplication = Application[Any, Any, Any, Any, Any, Any]


class KnownBot(ExtBot[None]):
    """A bot whose getMe we may already know: Telegram answers only some twenty new tokens a minute."""

    def __init__(self, *, token: str, api_url: str, request: BaseRequest, me: dict[str, Any] | None) -> None:
        super().__init__(
            token,
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=request,
            get_updates_request=request,
        )
        self._known = me

    async def get_me(self, *args: Any, **kwargs: Any) -> User:
        if self._known is None:
            return await super().get_me(*args, **kwargs)
        me = User.de_json(self._known, self)
        self._known = None  # asked again, it asks Telegram
        self._bot_user = me
        return me

    def __repr__(self) -> str:
        return f"KnownBot({self._token.partition(':')[0]})"


def build(*, bot: KnownBot, desk: Desk, order: ChatOrder) -> BotApplication:
    application: BotApplication = (
        Application.builder()
        .bot(bot)
        .updater(None)  # the poll loop is ours, because of the inbox
        .job_queue(None)
        .concurrent_updates(order)
        .context_types(ContextTypes(context=Context))
        .build()
    )
    application.bot_data["desk"] = desk
    application.add_handlers(HANDLERS)
    application.add_error_handler(on_error)
    return application


async def on_error(update: object, context: Context) -> None:
    """An update that cannot be handled is set aside with its error, without anybody's words in it."""
    error = context.error
    if not isinstance(update, Update) or error is None:
        return
    desk = desk_of(context.application)
    where = describe(error), frames(error)
    log.error("update %s of bot %s set aside: %s\n%s", update.update_id, desk.bot_id, *where)
    await in_partner(
        desk.partner_id,
        inbox.set_aside,
        bot_id=desk.bot_id,
        update_id=update.update_id,
        error=describe(error),
        now=desk.clock(),
    )


def describe(error: BaseException) -> str:
    """The kind of an error and where it was raised: its text may quote what a person wrote."""
    stack = traceback.extract_tb(error.__traceback__)
    where = f" at {stack[-1].filename.rpartition('/')[2]}:{stack[-1].lineno}" if stack else ""
    return redact(f"{type(error).__name__}{where}")


def frames(error: BaseException) -> str:
    """Its traceback for the log, without its text."""
    return "".join(traceback.format_tb(error.__traceback__))
