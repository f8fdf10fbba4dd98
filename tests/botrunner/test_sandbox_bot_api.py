"""The Bot API of the sandbox as a real python-telegram-bot sees it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator

import pytest
from PIL import Image
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.request import HTTPXRequest

from tests.telegram import PersonDriver, SandboxServer

TOKEN = "100:AA-test_token"


@pytest.fixture
def tg() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        server.add_bot(TOKEN, "anna_bot", "Анна")
        yield server


@pytest.fixture
def ivan(tg: SandboxServer) -> PersonDriver:
    return tg.person("Иван", username="ivan")


def make_bot(tg: SandboxServer, token: str = TOKEN) -> Bot:
    return Bot(token, base_url=f"{tg.url}/bot", base_file_url=f"{tg.url}/file/bot", request=HTTPXRequest())


def png(width: int = 40, height: int = 30, color: str = "teal") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), color).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_conversation(tg: SandboxServer, ivan: PersonDriver) -> None:
    chat = ivan.open("anna_bot")
    chat.start("spring_sale")

    async def answer() -> None:
        async with make_bot(tg) as bot:
            me = await bot.get_me()
            assert (me.username, me.first_name, me.id) == ("anna_bot", "Анна", 100)
            (update,) = await bot.get_updates(timeout=1)
            assert update.message is not None
            assert update.message.text == "/start spring_sale"
            assert update.message.entities[0].type == "bot_command"
            keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Дальше", callback_data="next")]])
            sent = await bot.send_message(
                ivan.id, "<b>Привет</b>, Иван", parse_mode=ParseMode.HTML, reply_markup=keyboard
            )
            assert sent.text_html == "<b>Привет</b>, Иван"
            press = chat.press("Дальше")
            (update,) = await bot.get_updates(offset=update.update_id + 1, timeout=1)
            assert update.callback_query is not None
            assert update.callback_query.data == "next"
            await update.callback_query.answer("Готово")
            assert press is not None
            assert press.wait_answer() == {"text": "Готово", "alert": False, "url": ""}
            edited = await update.callback_query.edit_message_text("Шаг два")
            assert edited.message_id == sent.message_id  # type: ignore[union-attr]

    asyncio.run(answer())
    assert chat.last.text == "Шаг два"
    assert chat.last.edited
    assert chat.last.buttons == []
    assert [call.method for call in tg.calls()][-3:] == [
        "sendMessage",
        "answerCallbackQuery",
        "editMessageText",
    ]
