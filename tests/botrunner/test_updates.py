"""Updates of every kind: hostile ones, broken ones, those of groups, and old buttons."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from telegram import CallbackQuery, User

from botrunner import parsing
from funnels.curator_words import AnswerPress
from funnels.dialogue import Ask
from funnels.models import Conversation, FunnelEvent, FunnelVersion, LeadMessage
from funnels.services.script import forget_scripts
from partners import tenancy
from partners.models import Bot, Lead, Partner
from tests.botrunner.walking import events, go, inbox_rows, open_bot, push, screen, the_lead, wait_until_closed
from tests.factories import NOW
from tests.runner import RunnerThread
from tests.telegram import SandboxServer

STARTED = [("started", "welcome"), ("screen_shown", "welcome")]


@pytest.fixture
def running(anna: Bot, tg: SandboxServer) -> Iterator[RunnerThread]:
    with RunnerThread(tg.url) as runner:
        yield runner


def message_of(user_id: int, text: str | None = None, **fields: Any) -> dict[str, Any]:
    sender = {"id": user_id, "is_bot": False, "first_name": "Иван"} | fields.pop("sender", {})
    chat = {"id": user_id, "type": "private"}
    return {"message_id": 900, "date": 0, "chat": chat, "from": sender, "text": text} | fields


def publish_second_version() -> FunnelVersion:
    with tenancy.all_partners():
        first = FunnelVersion.objects.get()
        text = first.text.replace("Что сейчас важнее всего?", "О чём поговорим?")
        published = FunnelVersion.Status.PUBLISHED
        version = FunnelVersion.objects.create(
            key="main", number=2, text=text, status=published, created_at=NOW, published_at=NOW
        )
    forget_scripts()
    return version


# -- old buttons -----------------------------------------------------------------------------------------------------


def test_a_lead_keeps_the_version_until_home(anna: Bot, tg: SandboxServer, network: None) -> None:
    with RunnerThread(tg.url):
        chat = open_bot(tg)
        old = go(chat, "🍎 Хочу улучшить здоровье")
    second = publish_second_version()
    with RunnerThread(tg.url):
        assert "Знакомо?" in go(chat, "🔥 Похудеть").text
        assert "Что сейчас важнее всего?" in go(chat, "← Назад").text
        go(chat, "🏠 Главное меню")
        assert "О чём поговорим?" in go(chat, "🍎 Хочу улучшить здоровье").text
        outdated = push_press(tg, anna, chat.owner.id, old.id, str(old.buttons[0][0].callback_data))
        chat.wait_text("меню обновилось")
        chat.wait_for(lambda c: "О чём поговорим?" in c.text)
        assert outdated
    with tenancy.partner(anna.partner_id):
        place = Conversation.objects.get()
        assert (place.version_id, place.step) == (second.pk, "pain")
        pressed = FunnelEvent.objects.get(kind=FunnelEvent.Kind.OUTDATED_PRESSED)
        assert pressed.step == "pain"


def push_press(tg: SandboxServer, bot: Bot, user_id: int, message_id: int, data: str) -> dict[str, Any]:
    user = {"id": user_id, "is_bot": False, "first_name": "Иван"}
    message = message_of(user_id, "старое") | {"message_id": message_id}
    press = {"id": "77", "from": user, "message": message, "chat_instance": "1", "data": data}
    push(tg, bot, "callback_query", press)
    return press


@pytest.mark.parametrize("data", ["", "f:1:pain", "f:99999999999:pain:0", "x" * 65_536, "f:0:\0:0", "f:1:no_step:7"])
def test_unknown_callback_data(anna: Bot, tg: SandboxServer, data: str) -> None:
    with RunnerThread(tg.url):
        chat = open_bot(tg)
        push_press(tg, anna, chat.owner.id, 3, data)
        chat.wait_text("меню обновилось")
        go(chat, "🍎 Хочу улучшить здоровье")
    assert [kind for kind, _step in events(anna)].count("outdated_pressed") == 1
    assert inbox_rows(anna, failed_at__isnull=False) == []


def test_a_button_of_a_message_that_telegram_no_longer_shows(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        chat = open_bot(tg)
        user = {"id": chat.owner.id, "is_bot": False, "first_name": "Иван"}
        gone = {"message_id": 3, "date": 0, "chat": {"id": chat.owner.id, "type": "private"}}
        data = str(chat.button("🍎 Хочу улучшить здоровье").callback_data)
        push(tg, anna, "callback_query", {"id": "1", "from": user, "message": gone, "chat_instance": "1", "data": data})
        chat.wait_text("Что сейчас важнее всего?")
        push(tg, anna, "callback_query", {"id": "2", "from": user, "inline_message_id": "9", "chat_instance": "1"})
        wait_until_closed(anna, 3)
    assert inbox_rows(anna, failed_at__isnull=False) == []


# -- hostile ---------------------------------------------------------------------------------------------------------

WORDS = "Секрет-человека"


def test_hostile_people_break_nothing_and_are_not_in_the_logs(
    anna: Bot, tg: SandboxServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for name in ("botrunner", "funnels", "partners"):
        caplog.set_level(logging.DEBUG, name)
    names = ['<b>&"', "</script><img onerror=1>", f"{WORDS}\0\ud83d\udcff"[:-1], "🦆" * 64, ""]
    texts = [WORDS, "🦆" * 4_096, f"\0{WORDS}\ud800", "<b>", "/start \0\ud800" + "x" * 5_000, "/" * 4_096, "\u202e"]
    with RunnerThread(tg.url):
        count = 0
        for number, name in enumerate(names):
            for text in texts:
                sender = {"first_name": name, "last_name": name, "username": WORDS}
                push(tg, anna, "message", message_of(50_000 + number, text, sender=sender))
                count += 1
        wait_until_closed(anna, count)
        assert open_bot(tg).bot_messages
    lost = {row.error for row in inbox_rows(anna, failed_at__isnull=False)}
    assert lost <= {"Chat not found"}  # nobody of them has a chat in this Telegram
    with tenancy.partner(anna.partner_id):
        assert Lead.objects.filter(telegram_id__range=(50_000, 50_004)).count() == len(names)
        assert LeadMessage.objects.filter(text="🦆" * 4_096).count() == len(names)
        assert LeadMessage.objects.filter(text__startswith=WORDS).count() == 2 * len(names)
        assert not FunnelEvent.objects.filter(data__icontains=WORDS).exists()
    assert WORDS not in caplog.text


def test_what_postgresql_cannot_store_is_left_out() -> None:
    halves = json.loads('"a\\u0000\\ud83d b\\udc00"')
    assert parsing.clean(halves, 64) == "a b"
    assert parsing.clean("🦆" * 65, 64) == "🦆" * 64
    assert parsing.clean(None, 64) == ""


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Мария", "Мария"),
        ("\u202eливэ\u202c\u2066", "ливэ"),
        ("\x1b[31mБелл\x07\n", "[31mБелл"),
        ("Анна\tМария", "Анна Мария"),
        ("👩‍👧", "👩‍👧"),
        ("می‌خواهم", "می‌خواهم"),
        ("\u200b\u200d\u2060", ""),
        ("\u3164 \u2800", ""),
        ("\u202e", ""),
    ],
)
def test_a_name_changes_nothing_around_it_and_can_be_seen(written: str, kept: str) -> None:
    assert parsing.name(written) == kept


@pytest.mark.parametrize(
    ("data", "act"),
    [("q:7:down", AnswerPress(7, "down")), ("q:7:down:", None), ("c:contact", Ask()), ("", None)],
)
def test_a_press_is_read(data: str, act: object) -> None:
    query = CallbackQuery(id="1", from_user=User(1, "Иван", is_bot=False), chat_instance="1", data=data)
    assert parsing.press(query) == act


def test_a_poison_update_is_set_aside_alone(
    anna: Bot, tg: SandboxServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    parse = parsing.act

    def poisoned(message: Any) -> Any:
        if message.text == "яд":
            raise ValueError(f"cannot read {WORDS}")
        return parse(message)

    monkeypatch.setattr(parsing, "act", poisoned)
    chats = [tg.person(f"Человек {number}").open("anna_bot") for number in range(5)]
    for chat in chats:
        chat.send("/start")
    chats[2].send("яд")
    for chat in chats:
        chat.send("💼 Бизнес")
    with RunnerThread(tg.url):
        for chat in chats:
            chat.wait_text("это не зарплата и не вклад")
    (row,) = inbox_rows(anna, failed_at__isnull=False)
    assert row.error.startswith("ValueError at test_updates.py:")
    assert "яд" in row.payload or "\\u044f" in row.payload
    assert row.handled_at is None
    assert WORDS not in caplog.text
    assert "set aside" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_turn_that_the_database_refuses_does_not_spoil_its_batch(anna: Bot, tg: SandboxServer) -> None:
    with tenancy.all_partners(), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("ALTER TABLE partners_lead ADD CONSTRAINT no_poison CHECK (first_name <> 'Яд')")
    try:
        chats = [tg.person(name).open("anna_bot") for name in ("Иван", "Яд", "Пётр")]
        for chat in chats:
            chat.send("/start")
        with RunnerThread(tg.url):
            for chat in (chats[0], chats[2]):
                chat.wait_for(screen)
            wait_until_closed(anna, 3)
    finally:
        with tenancy.all_partners(), connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("ALTER TABLE partners_lead DROP CONSTRAINT no_poison")
    (row,) = inbox_rows(anna, failed_at__isnull=False)
    assert row.error.startswith("IntegrityError")
    assert "Яд" not in row.error
    assert chats[1].bot_messages == []


def test_a_malformed_update_is_set_aside(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        push(tg, anna, "message", {"message_id": 1})
        push(tg, anna, "callback_query", {"id": {"no": "id"}, "from": 5})
        push(tg, anna, "something_new", {"x": 1})
        chat = open_bot(tg)
        assert chat.bot_messages
        wait_until_closed(anna, 3)
    aside = inbox_rows(anna, failed_at__isnull=False)
    assert [row.error.partition(":")[0] for row in aside] == ["malformed", "malformed"]


@pytest.mark.usefixtures("running")
def test_bots_are_not_talked_to(anna: Bot, tg: SandboxServer) -> None:
    push(tg, anna, "message", message_of(60_000, "/start", sender={"is_bot": True}))
    wait_until_closed(anna, 1)
    assert events(anna) == []


# -- blocked and unblocked -------------------------------------------------------------------------------------------


def test_a_lead_blocks_and_comes_back(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        chat = open_bot(tg)
        chat.block()
        wait_until_closed(anna, 2)
        assert the_lead(anna).blocked_at is not None
        chat.unblock()
        wait_until_closed(anna, 3)
        assert the_lead(anna).blocked_at is None
    assert events(anna) == [*STARTED, ("bot_blocked", ""), ("bot_unblocked", "")]


def test_a_stranger_who_blocks_is_no_lead(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        chat = tg.person("Иван").open("anna_bot")
        chat.block()
        wait_until_closed(anna, 1)
    with tenancy.partner(anna.partner_id):
        assert not Lead.objects.exists()


# -- groups ----------------------------------------------------------------------------------------------------------


def test_a_group_gets_an_invitation_only_when_it_asks(anna: Bot, tg: SandboxServer, network: None) -> None:
    owner = tg.person("Хозяйка")
    group = tg.group("Клуб", forum=True, owner=owner, admins=["anna_bot"])
    with RunnerThread(tg.url):
        chat = owner.enter(group)
        topic = chat.new_topic("Вопросы")
        chat.send("всем привет")
        chat.send("пишите @anna_botanist и на me@anna_bot.ru")
        chat.send("@Anna_Bot, сколько стоит?", thread_id=topic)
        answer = chat.wait_text("в личных сообщениях")
        assert answer.thread_id == topic
        assert [[button.url for button in row] for row in answer.buttons] == [["https://t.me/anna_bot?start=group"]]
        chat.send("а подробнее?", reply_to=answer.id)
        chat.wait_for(lambda c: len(c.bot_messages) == 2)
        updates = len(inbox_rows(anna))
    with tenancy.partner(anna.partner_id):
        assert not Lead.objects.exists()
        assert not FunnelEvent.objects.exists()
    assert len(chat.bot_messages) == 2
    assert updates >= 5


CHANNEL = {"id": -1_001_111, "type": "channel", "title": "Канал"}
GROUP_ID = -1_001_234
GROUP = {"id": GROUP_ID, "type": "supergroup", "title": "Клуб", "is_forum": True}


@pytest.mark.parametrize(
    "fields",
    [
        {"sender": {"is_bot": True}, "text": "@anna_bot, привет"},
        {"text": "первое в теме", "is_topic_message": True, "message_thread_id": 5, "reply_to_message": "opening"},
        {"text": None, "new_chat_title": "@anna_bot"},
        {"text": "Вопросы? Спросите @anna_bot!", "sender_chat": CHANNEL, "is_automatic_forward": True},
    ],
    ids=["another bot", "a topic that the bot opened", "a service message", "a post of the channel"],
)
def test_what_only_looks_as_if_it_were_for_the_bot(anna: Bot, tg: SandboxServer, fields: dict[str, Any]) -> None:
    me = {"id": anna.telegram_id, "is_bot": True, "first_name": "Анна", "username": "anna_bot"}
    topic = {"name": "Вопросы", "icon_color": 1}
    opening = {"message_id": 5, "date": 0, "chat": GROUP, "from": me, "forum_topic_created": topic}
    if "reply_to_message" in fields:
        fields = fields | {"reply_to_message": opening}
    with RunnerThread(tg.url):
        push(tg, anna, "message", message_of(70_000, **fields) | {"chat": GROUP})
        wait_until_closed(anna, 1)
    assert tg.calls("sendMessage") == []


def test_a_group_that_moves_is_found_again(anna: Bot, tg: SandboxServer) -> None:
    group = tg.group("Клуб", kind="group", admins=["anna_bot"], owner=tg.person("Хозяйка"))
    with tenancy.all_partners():
        Partner.objects.filter(pk=anna.partner_id).update(group_id=group.id)
    with RunnerThread(tg.url):
        tg.wait_for(lambda: tg.waiting_pollers() == 1)
        new = tg.upgrade(group)
        wait_until_closed(anna, 2)
    with tenancy.all_partners():
        assert Partner.objects.get(pk=anna.partner_id).group_id == new.id
