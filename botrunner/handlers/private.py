from __future__ import annotations

from telegram import Bot, CallbackQuery, Message, Update
from telegram.error import TelegramError

from botrunner import parsing
from botrunner.api import call
from botrunner.context import Context
from funnels.callbacks import Press
from funnels.services.turns import Turn

# Data that we never made: treated like the button of a funnel that is long gone.
FORGOTTEN = Press(version=0, step="forgotten", action="0")


async def on_press(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query is not None
    stop_clock = context.application.create_task(_stop_clock(context.bot, query), update=update)
    message = query.message
    if message is None or message.chat.type != message.chat.PRIVATE:
        await context.settle(update)
    else:
        pressed = message if isinstance(message, Message) else None
        turn = Turn(parsing.person(query.from_user), parsing.press(query) or FORGOTTEN)
        await context.take(update, turn, parsing.where(message.chat, pressed))
    await stop_clock


async def on_message(update: Update, context: Context) -> None:
    message = update.message
    if message is None or message.from_user is None or message.from_user.is_bot:
        await context.settle(update)
        return
    turn = Turn(parsing.person(message.from_user), parsing.act(message))
    await context.take(update, turn, parsing.where(message.chat))


async def _stop_clock(bot: Bot, query: CallbackQuery) -> None:
    """Telegram shows a clock on the button until it is answered; too late is no harm."""
    try:
        await call(bot, "answerCallbackQuery", {"callback_query_id": query.id})
    except TelegramError:
        return
