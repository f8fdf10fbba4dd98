from __future__ import annotations

from telegram import Bot, CallbackQuery, Message, Update
from telegram.error import TelegramError

from botrunner import parsing
from botrunner.api import call
from botrunner.context import Context
from botrunner.replies import Replies
from botrunner.services.forgetting import forget
from funnels.callbacks import FORGOTTEN
from funnels.services.turns import Turn
from funnels.wishes import Erase


async def on_press(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query is not None
    stop_clock = context.application.create_task(_stop_clock(context.bot, query), update=update)
    message = query.message
    if message is None or message.chat.type != message.chat.PRIVATE:
        await context.settle(update)
    else:
        pressed = message if isinstance(message, Message) else None
        await _answer(update, context, query, parsing.where(message.chat, pressed))
    await stop_clock


async def _answer(update: Update, context: Context, query: CallbackQuery, where: Replies) -> None:
    act = parsing.press(query) or FORGOTTEN
    if not isinstance(act, Erase):
        await context.take(update, Turn(parsing.person(query.from_user), act, update.update_id), where)
        return
    desk = context.desk
    await context.settle(
        update,
        forget,
        where,
        partner_id=desk.partner_id,
        bot_id=desk.bot_id,
        telegram_id=query.from_user.id,
        update_id=update.update_id,
        now=desk.clock(),
    )


async def on_message(update: Update, context: Context) -> None:
    message = update.message
    if message is None or message.from_user is None or message.from_user.is_bot:
        await context.settle(update)
        return
    turn = Turn(parsing.person(message.from_user), parsing.act(message), update.update_id, message.message_id)
    await context.take(update, turn, parsing.where(message.chat))


async def _stop_clock(bot: Bot, query: CallbackQuery) -> None:
    """Telegram shows a clock on the button until it is answered; too late is no harm."""
    try:
        await call(bot, "answerCallbackQuery", {"callback_query_id": query.id})
    except TelegramError:
        return
