"""The pictures of the guide for partners, taken from the sandbox and the form.

As a test they are taken and thrown away. `make guide-pictures` keeps them: GUIDE_PICTURES names the folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
from django.test import override_settings
from PIL import Image

from funnels.services.script import forget_scripts
from partners.models import Partner
from tests.browser.test_admin import follow
from tests.factories import make_bot, make_partner
from tests.network import publish_network
from tests.runner import RunnerThread
from tests.telegram import SandboxServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FATHER = "1000001:AAFather0000000000000000000000000000"
EXAMPLE = "123456789:AAF0example0of0a0token0000000000000"
COLOURS = 96  # enough for a chat, a third of the size
MOST_BYTES = 90_000
TOPICS = ("Продукты", "Бизнес", "Истории успеха", "Обучение", "Новости", "Вопросы")
POST = "🌿 <b>Завтрак за три минуты</b>\n\nСмузи, ложка коктейля и ягоды. А с чего начинается ваше утро?"


@pytest.fixture
def telegram() -> Iterator[SandboxServer]:
    with SandboxServer() as server, override_settings(TELEGRAM_API_URL=server.url):
        server.add_bot(token=FATHER, username="BotFather", name="BotFather")
        yield server


@pytest.fixture
def phone(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(
        locale="ru-RU", viewport={"width": 420, "height": 680}, device_scale_factor=1.5, color_scheme="light"
    )
    yield context.new_page()
    context.close()


def keep(phone: Any, folder: Path, name: str) -> None:
    picture = Image.open(BytesIO(phone.screenshot())).convert("RGB").quantize(COLOURS)
    picture.save(folder / name, optimize=True)


def say(telegram: SandboxServer, token: str, method: str, **params: Any) -> Any:
    answer = requests.post(f"{telegram.url}/bot{token}/{method}", json=params, timeout=10).json()
    assert answer["ok"], answer
    return answer["result"]


def test_the_pictures_of_the_guide(phone: Any, live_server: Any, telegram: SandboxServer, tmp_path: Path) -> None:
    folder = Path(os.environ.get("GUIDE_PICTURES", "")) if os.environ.get("GUIDE_PICTURES") else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    anna = telegram.person("Анна")
    take_botfather(phone, telegram, anna, folder)
    take_form(phone, live_server, folder)
    publish_network()
    bot = make_bot(make_partner("anna", name="Анна Соколова", communication_style=Partner.Style.INFORMAL))
    telegram.add_bot(token=bot.token.reveal(), username="anna_wellness_bot", name="Помощник Анны")
    take_group(phone, telegram, anna, bot.token.reveal(), folder)
    with RunnerThread(telegram.url):
        take_bot(phone, telegram, folder)
    forget_scripts()
    taken = {file.name: file.stat().st_size for file in folder.glob("*.png")}
    assert set(taken) == {"botfather.png", "form.png", "group.png", "bot.png"}
    assert max(taken.values()) < MOST_BYTES


def take_botfather(phone: Any, telegram: SandboxServer, anna: Any, folder: Path) -> None:
    chat = anna.open("BotFather")
    for said, answer in (
        ("/newbot", "Alright, a new bot. How are we going to call it? Please choose a name for your bot."),
        ("Помощник Анны", "Good. Now let's choose a username for your bot. It must end in <code>bot</code>."),
        ("anna_wellness_bot", f"Done! Use this token to access the HTTP API:\n<code>{EXAMPLE}</code>\n"
         "Keep your token secure and store it safely."),
    ):  # fmt: skip
        chat.send(said)
        say(telegram, FATHER, "sendMessage", chat_id=anna.id, text=answer, parse_mode="HTML")
    phone.goto(f"{telegram.url}/BotFather?as={anna.id}")
    phone.locator("#feed").get_by_text("Keep your token secure").wait_for()
    keep(phone, folder, "botfather.png")


def take_form(phone: Any, live_server: Any, folder: Path) -> None:
    phone.goto(f"{live_server.url}/join/")
    follow(phone.locator("#begin"))
    phone.goto(phone.url.replace("/1/", "/2/"))
    phone.fill("#token", EXAMPLE)
    phone.locator("h1").scroll_into_view_if_needed()
    keep(phone, folder, "form.png")


def take_group(phone: Any, telegram: SandboxServer, anna: Any, token: str, folder: Path) -> None:
    group = telegram.group("Завтраки с Анной", forum=True, owner=anna, admins=["anna_wellness_bot"])
    made = [say(telegram, token, "createForumTopic", chat_id=group.id, name=name) for name in TOPICS]
    thread = made[0]["message_thread_id"]
    say(telegram, token, "sendMessage", chat_id=group.id, message_thread_id=thread, text=POST, parse_mode="HTML")
    phone.goto(f"{telegram.url}/?as={anna.id}")
    phone.locator("#chats").get_by_text("Завтраки с Анной").click()
    phone.locator("#topics").get_by_text("Продукты").click()
    phone.locator("#feed").get_by_text("Завтрак за три минуты").wait_for()
    keep(phone, folder, "group.png")


def take_bot(phone: Any, telegram: SandboxServer, folder: Path) -> None:
    maria = telegram.person("Мария")
    chat = maria.open("anna_wellness_bot")
    chat.start()
    chat.wait_for(lambda c: any(message.buttons for message in c.bot_messages))
    phone.goto(f"{telegram.url}/anna_wellness_bot?as={maria.id}")
    phone.locator("#feed").get_by_text("автоматич").first.wait_for()
    keep(phone, folder, "bot.png")
