"""A lead walks the funnel: the real runner, the real Bot API calls, the real database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from content.models import Product
from funnels.models import Conversation, FunnelEvent, LeadMessage
from partners import tenancy
from partners.models import Bot, Lead, Partner
from tests.botrunner.bot_client import png
from tests.botrunner.disasters import of_funnel
from tests.botrunner.walking import TO_PRODUCT, WELCOME, events, go, open_bot, push, screen, the_lead
from tests.factories import make_bot, make_link, make_partner
from tests.runner import RunnerThread
from tests.telegram import ChatDriver, MessageView, SandboxServer


@pytest.fixture
def running(anna: Bot, tg: SandboxServer) -> Iterator[RunnerThread]:
    with RunnerThread(tg.url) as runner:
        yield runner


@pytest.fixture
def vera(network: None, tg: SandboxServer) -> Bot:
    """A partner who says «вы»."""
    partner = make_partner("vera", name="Вера", communication_style=Partner.Style.FORMAL)
    bot = make_bot(partner, username="vera_bot")
    tg.add_bot(token=bot.token.reveal(), username="vera_bot", name="Вера")
    return bot


def test_from_start_to_the_partners_shop(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        chat = open_bot(tg)
        greeting, welcome = chat.bot_messages
        assert "автоматический помощник" in greeting.text
        assert "Анна Смирнова" in greeting.text
        assert "Привет, Иван!" in greeting.text
        assert chat.reply_keyboard == [
            ["🍎 Здоровье", "💼 Бизнес"],
            ["💡 Узнать больше", "❓ Задать вопрос"],
            ["🏠 Главное меню"],
        ]
        product = go(chat, *TO_PRODUCT)
        assert product.id == welcome.id
        assert "ED Smart, коктейль" in product.text
        assert re.search(r"2\s790\s₽ \(январь 2026", product.text)
        url = chat.button("🛒 Заказать").url
        assert url is not None
        assert url.startswith("http://curator.example/r/")
    response = Client().get(url)
    assert response.headers["Location"] == "https://anna.example/shop"
    assert events(anna) == [
        ("started", "welcome"),
        ("screen_shown", "welcome"),
        ("button_pressed", "welcome"),
        ("screen_shown", "pain"),
        ("button_pressed", "pain"),
        ("screen_shown", "weight_story"),
        ("button_pressed", "weight_story"),
        ("screen_shown", "weight_how"),
        ("button_pressed", "weight_how"),
        ("screen_shown", "weight_choice"),
        ("button_pressed", "weight_choice"),
        ("screen_shown", "weight_5_10"),
        ("link_clicked", "weight_5_10"),
    ]
    lead = the_lead(anna)
    assert (lead.telegram_id, lead.first_name) == (chat.owner.id, "Иван")
    assert (lead.intent, lead.pain, lead.detail) == ("client", "weight", "kg5_10")


@pytest.mark.usefixtures("running")
def test_a_supplement_has_its_disclaimer(tg: SandboxServer) -> None:
    chat = open_bot(tg)
    shown = go(
        chat,
        "🍎 Хочу улучшить здоровье",
        "⚡ Больше энергии",
        "С какой начать?",
        "Да, подбери",
        "Всё время",
    )
    assert "Vitamin B9+B12" in shown.text
    assert "БАД. Не является лекарственным средством" in shown.text


def only_screen(shown: MessageView) -> Callable[[ChatDriver], bool]:
    return lambda chat: [message.id for message in chat.bot_messages if of_funnel(message)] == [shown.id]


def test_a_screen_with_a_picture_takes_the_place_of_the_text(
    anna: Bot, tg: SandboxServer, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    (tmp_path / "smart.png").write_bytes(png())
    with tenancy.all_partners():
        Product.objects.filter(key="ed_smart").update(picture="smart.png")
    with RunnerThread(tg.url):
        for name in ("Иван", "Пётр"):
            chat = open_bot(tg, name)
            product = go(chat, *TO_PRODUCT)
            assert product.photo
            assert "ED Smart, коктейль" in product.text
            chat.wait_for(only_screen(product))
            back = go(chat, "← Назад")
            assert back.photo is None
            assert "Какая задача ближе?" in back.text
            chat.wait_for(only_screen(back))
    sent = [call.params.get("photo") for call in tg.calls("sendPhoto")]
    assert len(sent) == 2
    assert sent[1], "the second time the picture goes by its file_id"
    assert [call.error for call in tg.calls()] == [None] * len(tg.calls())


@pytest.mark.usefixtures("running")
def test_back_and_home(tg: SandboxServer, anna: Bot) -> None:
    chat = open_bot(tg)
    how = go(chat, *TO_PRODUCT[:3])
    assert go(chat, "← Назад").text.startswith("Знакомо?")
    assert go(chat, "← Назад").text.startswith("Что сейчас важнее всего?")
    assert go(chat, "🔥 Похудеть", "И что с этим делать?") == how
    assert WELCOME in go(chat, "🏠 Главное меню").text
    chat.send("🏠 Главное меню")
    chat.wait_for(lambda c: len([m for m in c.bot_messages if WELCOME in m.text]) == 2)
    chat.send("💼 Бизнес")
    chat.wait_text("это не зарплата и не вклад")
    assert the_lead(anna).intent == "business"


@pytest.mark.usefixtures("running")
def test_business_leads_to_the_registration(tg: SandboxServer, anna: Bot) -> None:
    chat = open_bot(tg)
    pay = go(chat, "💼 Интересует заработок", "10–30 тысяч в месяц")
    assert re.search(r"от 70\sPV", pay.text)
    assert "Доход не гарантируется" in pay.text
    growth = go(chat, "Откуда возьмётся оборот?")
    assert "Доход не гарантируется" in growth.text
    url = chat.button("Хочу зарегистрироваться").url
    assert url is not None
    assert Client().get(url).headers["Location"] == "https://anna.example/join"
    assert (the_lead(anna).intent, the_lead(anna).goal) == ("business", "10_30k")


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize(
    "question", ["Это развод?", "Почему бросают?", "Кому не подойдёт?", "Что не так с Energy Diet?"]
)
def test_curious_people_get_frank_answers(tg: SandboxServer, question: str) -> None:
    chat = open_bot(tg)
    assert go(chat, "❓ Просто хочу узнать больше", question).text.startswith(question)
    assert go(chat, "🍎 Посмотреть продукты").text.startswith("Что сейчас важнее всего?")


def test_own_words_keep_the_place(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        chat = open_bot(tg)
        before = go(chat, *TO_PRODUCT[:2])
        chat.send("А это точно безопасно?")
        chat.wait_text("Точного ответа")
        assert screen(chat) == before
        go(chat, "И что с этим делать?")
    with tenancy.partner(anna.partner_id):
        assert LeadMessage.objects.get().text == "А это точно безопасно?"
        event = FunnelEvent.objects.get(kind=FunnelEvent.Kind.MESSAGE_RECEIVED)
        assert (event.step, event.data) == ("weight_story", {"length": 22})


def test_what_the_bot_cannot_read(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        chat = open_bot(tg)
        chat.send_photo(png(), caption="что это?")
        chat.wait_text("не разбирает")
        chat.send("/unknown")
        chat.wait_for(lambda c: c.text.startswith("Такие сообщения") and len(c.bot_messages) == 4)
        sticker = {"message_id": 900, "date": 0, "chat": {"id": chat.owner.id, "type": "private"}}
        sticker["from"] = {"id": chat.owner.id, "is_bot": False, "first_name": "Иван"}
        push(tg, anna, "message", sticker | {"sticker": {"file_id": "x"}})  # malformed: a sticker has more
        push(tg, anna, "message", sticker | {"dice": {"emoji": "🎲", "value": 3}})
        chat.wait_for(lambda c: len(c.bot_messages) == 5)
    assert events(anna) == [("started", "welcome"), ("screen_shown", "welcome")]


@pytest.mark.usefixtures("running", "vera")
def test_each_partner_speaks_in_their_own_way(tg: SandboxServer) -> None:
    person = tg.person("Иван")
    texts = {}
    for username in ("anna_bot", "vera_bot"):
        chat = person.open(username)
        chat.start()
        chat.wait_for(screen)
        texts[username] = chat.bot_messages[0].text
    assert "Привет, Иван" in texts["anna_bot"]
    assert "Нажимай кнопки" in texts["anna_bot"]
    assert "Здравствуйте, Иван" in texts["vera_bot"]
    assert "Нажимайте кнопки" in texts["vera_bot"]


def test_one_person_in_two_bots_is_two_leads(anna: Bot, vera: Bot, tg: SandboxServer) -> None:
    person = tg.person("Иван")
    with RunnerThread(tg.url):
        for username in ("anna_bot", "vera_bot"):
            chat = person.open(username)
            chat.start()
            chat.wait_for(screen)
        go(chat, "🍎 Хочу улучшить здоровье")
    assert events(anna) == [("started", "welcome"), ("screen_shown", "welcome")]
    assert the_lead(anna).intent == ""
    assert the_lead(vera).intent == "client"


CODE = "A" * 60 + "_-9z"


def test_deep_links_are_remembered_first_and_last(anna: Bot, vera: Bot, tg: SandboxServer) -> None:
    partner = anna.partner
    first = make_link(partner, code=CODE, campaign="Reels", entry="weight_story")
    second = make_link(partner, code="second", entry="no_such_step")
    make_link(vera.partner, code="veras", entry="weight_story")
    with RunnerThread(tg.url):
        chat = open_bot(tg, code=CODE)
        shown = screen(chat)
        assert shown is not None
        assert shown.text.startswith("Знакомо?")
        for number, code in enumerate(("second", "unknown", "veras", "../%00'; drop"), 2):
            chat.start(code)
            chat.wait_for(lambda c, n=number: len(c.bot_messages) == 2 * n)  # type: ignore[misc]
            assert chat.text.startswith(WELCOME)
    lead = the_lead(anna)
    assert (lead.first_link_id, lead.last_link_id) == (first.pk, second.pk)
    with tenancy.partner(anna.partner_id):
        started = FunnelEvent.objects.filter(kind="started").order_by("pk")
        assert [(event.step, event.data) for event in started] == [
            ("weight_story", {"entry": "weight_story", "link": first.pk}),
            ("welcome", {"link": second.pk}),
            ("welcome", {}),
            ("welcome", {}),
            ("welcome", {}),
        ]


@pytest.mark.usefixtures("running")
def test_every_press_is_answered_before_its_work_is_done(tg: SandboxServer) -> None:
    chat = open_bot(tg)
    go(chat, "🍎 Хочу улучшить здоровье")
    tg.fail_next("editMessageText", 429, "Too Many Requests: retry after 1", retry_after=1)
    press = chat.press("🔥 Похудеть")
    assert press is not None
    press.wait_answer()
    chat.wait_text("Знакомо?")
    done = [call.method for call in tg.calls() if call.error is None]
    assert [method for method in done if method in ("answerCallbackQuery", "editMessageText")][-2:] == [
        "answerCallbackQuery",
        "editMessageText",
    ]
    assert done.count("answerCallbackQuery") == 2


@pytest.mark.parametrize("picture", ["", "smart.png"])
def test_a_double_tap_has_one_outcome(
    anna: Bot, tg: SandboxServer, settings: Any, tmp_path: Path, picture: str
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    (tmp_path / "smart.png").write_bytes(png())
    with tenancy.all_partners():
        Product.objects.filter(key="ed_smart").update(picture=picture)
    with RunnerThread(tg.url):
        chat = open_bot(tg)
        before = go(chat, *TO_PRODUCT[:-1])
        for _tap in range(2):
            tap = chat.press_data(str(chat.button("5–10 кг").callback_data), before.id)
        tap.wait_answer()
    screens = [message for message in chat.bot_messages if of_funnel(message)]
    assert ["ED Smart, коктейль" in message.text for message in screens] == [True]
    with tenancy.partner(anna.partner_id):
        place = Conversation.objects.get()
        assert (place.step, place.path[-1]) == ("weight_5_10", "weight_choice")


def test_a_name_of_a_hostile_person_is_shown_as_it_is(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        for name in ('<b>&"', "</script><img onerror=1>", "{partner_name|x}[[a|b]]"):
            assert f"Привет, {name}!" in open_bot(tg, name).bot_messages[0].text
        assert "🍎…" in open_bot(tg, "🍎" * 64).bot_messages[0].text
    with tenancy.partner(anna.partner_id):
        assert Lead.objects.filter(first_name='<b>&"').exists()
