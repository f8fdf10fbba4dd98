"""The web chat in a real browser."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Locator, Page, expect
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyParameters,
    Update,
)
from telegram import Message as TelegramMessage

from tests.botrunner.bot_client import TOKEN, make_bot, png, with_bot
from tests.telegram import PersonDriver, SandboxServer

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="window.hacked=1"></script><script>window.hacked=1</script>'
REPLY_KEYBOARD = ReplyKeyboardMarkup(
    [["🍎 Здоровье", "💼 Бизнес"], [KeyboardButton("📱 Мой номер", request_contact=True)]],
    resize_keyboard=True,
    is_persistent=True,
)
INLINE_KEYBOARD = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton("Дальше", callback_data="next"), InlineKeyboardButton("Тревога", callback_data="alert")],
        [InlineKeyboardButton("Картинка", callback_data="photo"), InlineKeyboardButton("Молчи", callback_data="mute")],
        [InlineKeyboardButton("Магазин", url="https://example.com/shop")],
        [InlineKeyboardButton("Карточка", callback_data="photo_instead")],
    ]
)
SCREEN = "<b>Экран</b> <i>один</i> <tg-spoiler>секрет</tg-spoiler> <a href='https://example.com/'>ссылка</a>"


async def answer(bot: Bot, update: Update) -> None:
    """A small bot: a screen on /start, an echo of texts, something of everything on its buttons."""
    query, message = update.callback_query, update.message
    if query is not None and isinstance(query.message, TelegramMessage):
        if query.data == "mute":
            return
        await query.answer("Готово" if query.data == "next" else "Внимание!", show_alert=query.data == "alert")
        if query.data == "next":
            await query.message.edit_text("Экран два")
        if query.data == "photo":
            await query.message.reply_photo(png(400, 300), caption="Подпись")
        if query.data == "photo_instead":
            await query.message.reply_photo(png(800, 800), caption="Длинная подпись\n" * 20)
            await query.message.delete()
    elif message is not None and message.text and message.text.startswith("/start"):
        await message.reply_text(f"Здравствуйте {message.text}", reply_markup=REPLY_KEYBOARD)
        await message.reply_html(SCREEN, reply_markup=INLINE_KEYBOARD)
    elif message is not None and message.contact:
        await message.reply_text(f"Номер {message.contact.phone_number}")
    elif message is not None and message.text:
        await message.reply_text(f"Эхо: {message.text[:50]}")


async def run_bot(tg: SandboxServer) -> None:
    """Until the bot gets a description."""
    async with make_bot(tg) as bot:
        offset = 0
        while not tg.world.state.bots[100].description:
            for update in await bot.get_updates(offset=offset, timeout=1):
                offset = update.update_id + 1
                await answer(bot, update)


@pytest.fixture
def anna_bot(tg: SandboxServer) -> Iterator[None]:
    tg.add_bot(TOKEN, "anna_bot", "Анна")
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(asyncio.run, run_bot(tg))
        yield
        tg.world.state.bots[100].description = "Работа окончена"
        running.result(60)


@pytest.fixture
def maria(tg: SandboxServer, anna_bot: None) -> PersonDriver:
    return tg.person("Мария", last_name="Иванова", username="maria", phone="+79161234567")


@pytest.fixture
def chat(tg: SandboxServer, maria: PersonDriver, page: Page) -> Page:
    """Maria pressed Start under a deep link."""
    page.goto(f"{tg.url}/anna_bot?start=spring&as={maria.id}")
    page.get_by_role("button", name="Начать").click()
    expect(said(page, "Здравствуйте /start spring")).to_be_visible()
    return page


AT_END = "() => { const f = document.querySelector('#feed'); return f.scrollHeight - f.scrollTop - f.clientHeight < 2 }"


def said(page: Page, text: str) -> Locator:
    return page.locator("#feed").get_by_text(text)


def test_start_shows_the_screen_and_the_keyboard(chat: Page) -> None:
    bubble = chat.locator(".message.other").last
    expect(bubble.locator("b", has_text="Экран")).to_be_visible()
    expect(bubble.locator("i", has_text="один")).to_be_visible()
    link = bubble.get_by_role("link", name="ссылка")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(chat.get_by_role("link", name="Магазин")).to_have_attribute("target", "_blank")
    expect(chat.locator("#keyboard button")).to_have_text(["🍎 Здоровье", "💼 Бизнес", "📱 Мой номер"])
    chat.locator(".spoiler").click()
    expect(chat.locator(".spoiler")).to_have_class(re.compile("shown"))


def test_inline_buttons(chat: Page) -> None:
    chat.get_by_role("button", name="Молчи").click()
    expect(chat.locator(".inline-button.waiting")).to_have_text("Молчи")
    chat.get_by_role("button", name="Тревога").click()
    expect(chat.get_by_role("dialog")).to_contain_text("Внимание!")
    chat.get_by_role("button", name="OK").click()
    chat.get_by_role("button", name="Картинка").click()
    expect(said(chat, "Подпись")).to_be_visible()
    picture = chat.locator(".photo img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 400
    chat.get_by_role("button", name="Дальше").click()
    expect(chat.locator(".toast", has_text="Готово")).to_be_visible()
    expect(chat.locator(".message", has_text="Экран два")).to_contain_text("изменено")
    expect(chat.get_by_role("button", name="Дальше")).to_have_count(0)


def test_a_tall_picture_instead_of_the_screen_is_shown_to_its_end(chat: Page) -> None:
    chat.get_by_role("button", name="Карточка").click()
    expect(chat.get_by_role("button", name="Карточка")).to_have_count(0)
    chat.wait_for_function(AT_END)
    expect(chat.locator(".chat-row .badge, .chat-row .unread")).to_have_count(0)


def test_a_link_without_a_code_to_a_known_bot_just_opens_the_chat(
    tg: SandboxServer, maria: PersonDriver, chat: Page
) -> None:
    chat.goto(f"{tg.url}/anna_bot?as={maria.id}")
    expect(chat.get_by_label("Сообщение", exact=True)).to_be_visible()
    expect(chat.get_by_role("button", name="Начать")).to_have_count(0)


def test_writing_editing_replying_and_deleting(chat: Page) -> None:
    field = chat.get_by_label("Сообщение", exact=True)
    field.fill("Приветь")
    field.press("Enter")
    expect(said(chat, "Эхо: Приветь")).to_be_visible()
    mine = chat.locator(".message.own", has_text="Приветь").locator(".bubble")
    mine.click(button="right")
    chat.get_by_role("menuitem", name="Изменить").click()
    expect(field).to_have_value("Приветь")
    field.fill("Привет")
    field.press("Enter")
    mine = chat.locator(".message.own", has_text="Привет").locator(".bubble")
    expect(mine).to_contain_text("изменено")
    mine.click(button="right")
    chat.get_by_role("menuitem", name="Ответить").click()
    field.fill("Ответ себе")
    field.press("Enter")
    expect(chat.locator(".message.own .reply-quote")).to_contain_text("Привет")
    mine.first.click(button="right")
    chat.locator(".reaction-bar").get_by_text("🔥").click()
    expect(mine.first.locator(".reaction")).to_have_text("🔥1")
    mine.first.click(button="right")
    chat.get_by_role("menuitem", name="Удалить").click()
    expect(chat.locator(".message.own .reply-quote")).to_have_count(1)
    expect(chat.locator(".message.own")).to_have_count(2)


def test_the_bot_types_and_its_answer_quotes_the_question(chat: Page, tg: SandboxServer, maria: PersonDriver) -> None:
    with_bot(tg, lambda bot: bot.send_chat_action(maria.id, "typing"))
    expect(chat.locator("#header .typing")).to_contain_text("печатает")
    quoted = ReplyParameters(message_id=1)
    with_bot(tg, lambda bot: bot.send_message(maria.id, "Ответ", reply_parameters=quoted))
    expect(chat.locator(".message.other .reply-quote")).to_contain_text("/start spring")
    expect(chat.locator("#header .typing")).to_have_count(0)


def test_the_reply_keyboard_and_the_contact(chat: Page) -> None:
    chat.get_by_role("button", name="🍎 Здоровье").click()
    expect(said(chat, "Эхо: 🍎 Здоровье")).to_be_visible()
    chat.get_by_role("button", name="📱 Мой номер").click()
    expect(chat.get_by_role("dialog")).to_contain_text("Анна узнает ваш номер")
    expect(chat.get_by_label("Номер телефона")).to_have_value("+79161234567")
    chat.get_by_role("button", name="Поделиться").click()
    expect(said(chat, "Номер +79161234567")).to_be_visible()


def test_blocking(tg: SandboxServer, maria: PersonDriver, chat: Page) -> None:
    chat.locator("#header").get_by_label("Меню").click()
    chat.get_by_role("menuitem", name="Заблокировать бота").click()
    expect(chat.get_by_role("button", name="Разблокировать")).to_be_visible()
    assert maria.open("anna_bot").chat.blocked
    chat.get_by_role("button", name="Разблокировать").click()
    expect(chat.get_by_label("Сообщение", exact=True)).to_be_visible()
    assert not maria.open("anna_bot").chat.blocked


def test_a_hostile_name_and_text(tg: SandboxServer, anna_bot: None, page: Page) -> None:
    villain = tg.person(HOSTILE, last_name='<b>&"', username="villain")
    group = tg.group(HOSTILE, owner=villain, admins=["anna_bot"])
    tg.do(lambda: setattr(tg.world.state.bots[100], "name", HOSTILE))
    villain.enter(group).send(HOSTILE)
    villain.open("anna_bot").start(HOSTILE)
    page.goto(f"{tg.url}/?as={villain.id}")
    page.locator(".chat-row", has_text="onerror").first.click()
    expect(page.locator(".message .text").first).to_contain_text("<script>window.hacked=1</script>")
    page.locator("#header .chat-who").click()
    expect(page.get_by_role("dialog")).to_contain_text("onerror")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src=x]").count() == 0


def test_the_longest_text(tg: SandboxServer, maria: PersonDriver, page: Page) -> None:
    maria.open("anna_bot").send("😀" * 4096)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{tg.url}/?as={maria.id}&bot=anna_bot")
    expect(page.locator(".message.own .text")).to_contain_text("😀" * 4096)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_topics(tg: SandboxServer, maria: PersonDriver, page: Page) -> None:
    forum = tg.group("Команда", owner=maria, forum=True, admins=["anna_bot"])
    tab = maria.enter(forum).new_topic("Вопросы")
    page.goto(f"{tg.url}/?as={maria.id}")
    page.locator(".chat-row", has_text="Команда").click()
    page.get_by_role("tab", name="Вопросы").click()
    page.get_by_label("Сообщение", exact=True).fill("Вопрос в теме")
    page.keyboard.press("Enter")
    expect(said(page, "Эхо: Вопрос в теме")).to_be_visible()
    assert maria.enter(forum).last.thread_id == tab
    page.get_by_role("tab", name="Основная").click()
    expect(said(page, "Эхо: Вопрос в теме")).to_have_count(0)


def test_on_a_phone(tg: SandboxServer, maria: PersonDriver, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{tg.url}/?as={maria.id}")
    page.locator(".chat-row", has_text="Анна").click()
    page.get_by_role("button", name="Начать").click()
    expect(page.locator("#keyboard")).to_be_in_viewport()
    expect(page.locator("aside")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.set_viewport_size({"width": 390, "height": 500})
    page.reload()
    expect(page.locator("#keyboard")).to_be_in_viewport()
    page.wait_for_function(AT_END)
    page.get_by_label("Назад").click()
    expect(page.locator("main")).to_be_hidden()
    expect(page.locator(".chat-row", has_text="Экран один")).to_be_visible()


def test_a_bot_and_a_person_of_ones_own(tg: SandboxServer, maria: PersonDriver, page: Page) -> None:
    page.goto(f"{tg.url}/?as={maria.id}")
    page.get_by_label("Создать").click()
    page.get_by_role("menuitem", name="Новый бот").click()
    page.get_by_label("Имя", exact=True).fill("Проба")
    page.get_by_label("Имя пользователя").fill("proba")
    page.get_by_role("button", name="Создать").last.click()
    expect(page.get_by_role("alert")).to_contain_text("должно заканчиваться на bot")
    page.get_by_label("Имя пользователя").fill("proba_bot")
    page.get_by_role("button", name="Создать").last.click()
    token = page.locator(".token").inner_text()
    assert tg.world.bot_by_token(token).name == "Проба"
    page.get_by_role("button", name="OK").click()
    page.get_by_label("Кто я?").click()
    page.get_by_role("menuitem", name="Новый человек").click()
    page.get_by_label("Имя", exact=True).fill("Олег")
    page.get_by_role("button", name="Создать").last.click()
    expect(page.locator("#me")).to_contain_text("Олег")


def test_the_page_comes_back_after_an_outage(tg: SandboxServer, page: Page) -> None:
    tg.add_bot(TOKEN, "anna_bot", "Анна")
    chat = tg.person("Мария").open("anna_bot")
    chat.start()
    page.goto(f"{tg.url}/?bot=anna_bot")
    expect(said(page, "/start")).to_be_visible()
    tg.stop()
    expect(page.locator("#offline")).to_be_visible()
    chat.send("Пока страницы не было")
    tg.start()
    expect(page.locator("#offline")).to_be_hidden()
    expect(said(page, "Пока страницы не было")).to_be_visible()


def test_nothing_in_the_page_is_broken(tg: SandboxServer, maria: PersonDriver, page: Page) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{tg.url}/?as={maria.id}&bot=anna_bot")
    page.get_by_role("button", name="Начать").click()
    expect(page.locator(".inline-keyboard")).to_be_visible()
    assert json.dumps(problems) == "[]"
