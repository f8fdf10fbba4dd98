"""A drawn picture travels inside its message: no file of it ever lies where the web server could give it away."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pytest_django import Settings
from telegram import Bot

from botrunner.departures import Departures
from botrunner.replies import Replies
from botrunner.sender import deliver
from botrunner.transport import SharedRequest
from content.messages import MOST_IMAGE, Button, Html, Image, Message
from tests.botrunner.bot_client import TOKEN, png
from tests.telegram import ChatDriver, SandboxServer

QR = Image("link.png", png(60, 60))
CHART = Message(Html("Ваша <b>ссылка</b>"), buttons=((Button("Назад", "p:links:0"),),), image=QR, edits=True)


@pytest.fixture
def chat(tg: SandboxServer, settings: Settings, tmp_path: Path) -> ChatDriver:
    settings.MEDIA_ROOT = str(tmp_path)
    tg.add_bot(TOKEN, "test_bot")
    chat = tg.person("Анна").open("test_bot")
    chat.start()
    return chat


def answer(
    tg: SandboxServer, chat: ChatDriver, message: Message, pressed: int = 0, *, has_picture: bool = False
) -> None:
    """By way of the inbox, where a reply lies between commit and send."""
    replies = Replies(chat.owner.id, (message,), message_id=pressed, has_picture=has_picture)

    async def put() -> None:
        request = SharedRequest()
        async with Bot(TOKEN, base_url=f"{tg.url}/bot", request=request, get_updates_request=request) as bot:
            try:
                await deliver(bot, Replies.load(replies.dump()), Departures.open())
            finally:
                await request.close()

    asyncio.run(put())


def test_it_is_a_photo_with_caption_and_buttons(tg: SandboxServer, chat: ChatDriver, tmp_path: Path) -> None:
    answer(tg, chat, CHART)
    shown = chat.wait_text("Ваша ссылка")
    assert (shown.html, shown.button_texts) == ("Ваша <b>ссылка</b>", [["Назад"]])
    assert shown.photo
    assert tg.do(lambda: tg.world.files.read(shown.photo or "")) == QR.png
    assert list(tmp_path.iterdir()) == []


def test_text_and_image_take_each_others_place(tg: SandboxServer, chat: ChatDriver) -> None:
    answer(tg, chat, Message(Html("Список")))
    listed = chat.wait_text("Список")
    answer(tg, chat, CHART, listed.id)
    assert [bool(message.photo) for message in chat.bot_messages] == [True]
    answer(tg, chat, Message(Html("Снова список"), edits=True), chat.last.id, has_picture=True)
    assert [(message.text, message.photo) for message in chat.bot_messages] == [("Снова список", None)]


def test_a_lost_answer_is_not_sent_twice(tg: SandboxServer, chat: ChatDriver) -> None:
    answer(tg, chat, Message(Html("Список")))
    tg.lose_next("sendPhoto")
    with pytest.raises(RuntimeError, match="unknown"):
        answer(tg, chat, CHART, chat.last.id)
    assert sum(bool(message.photo) for message in chat.bot_messages) == 1


def test_it_comes_back_from_a_row_as_it_was() -> None:
    assert Message.from_json(CHART.to_json()) == CHART
    assert "image" not in Message(Html("Текст")).to_json()


def test_its_size_is_bounded() -> None:
    Image("full.png", bytes(MOST_IMAGE))
    with pytest.raises(ValueError, match=r"large\.png"):
        Image("large.png", bytes(MOST_IMAGE + 1))
