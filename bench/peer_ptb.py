"""A bare python-telegram-bot echo with the library's defaults: answers a press with two calls, writes nothing."""

import asyncio
import sys

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Дальше", callback_data="f:1:welcome:0")]])


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text("Здравствуйте!", reply_markup=KEYBOARD)


async def press(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    await query.answer()
    await query.edit_message_text(f"Экран {query.data}", reply_markup=KEYBOARD)


async def main(url: str, tokens: list[str]) -> None:
    for token in tokens:
        application = Application.builder().token(token).base_url(f"{url}/bot").build()
        application.add_handlers([CommandHandler("start", start), CallbackQueryHandler(press)])
        await application.initialize()
        assert application.updater is not None
        await application.updater.start_polling()
        await application.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
