"""What a lead may demand of the bot: silence, a copy, erasure. Through the real runner."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from botrunner import menu
from content.messages import Html, Message
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from funnels.models import FunnelEvent, LeadMessage, Question
from partners import tenancy
from partners.models import Bot, Consent, Lead
from tests.botrunner.test_contacts import PHONE, boss, consents, data_of, kinds, lead_of
from tests.botrunner.test_updates import push_press
from tests.botrunner.walking import TO_PRODUCT, go, open_bot, screen, wait_for_state, wait_until_closed
from tests.database import places_of
from tests.factories import make_consent, make_lead, make_partner
from tests.runner import RunnerThread, now
from tests.telegram import ChatDriver, SandboxServer

__all__ = ["boss"]

Lane = OutboxMessage.Lane
GROUP = -1001
QUESTION = "Присылать полезное по теме раз в день-два?"


@pytest.fixture
def running(anna: Bot, tg: SandboxServer) -> Iterator[RunnerThread]:
    with RunnerThread(tg.url) as runner:
        yield runner


def queue(
    bot: Bot, lead: Lead, key: str, *, lane: OutboxMessage.Lane = Lane.SEQUENCE, source: str = "", **fields: Any
) -> None:
    values: dict[str, Any] = {"message": Message(Html(key)), "not_before": now(), "lead_id": lead.pk}
    one = Promise(lead.telegram_id, key, **values | fields)
    with tenancy.partner(bot.partner_id):
        promise(partner_id=bot.partner_id, bot_id=bot.pk, lane=lane, promises=[one], now=now(), source=source)


def states(bot: Bot) -> dict[str, tuple[str, str]]:
    with tenancy.partner(bot.partner_id):
        rows = OutboxMessage.objects.values_list("dedupe_key", "state", "reason")
        return {key: (state, reason) for key, state, reason in rows}


# Offers


@pytest.mark.usefixtures("running")
def test_offers_are_asked_about_once_after_the_first_product(anna: Bot, tg: SandboxServer) -> None:
    chat = open_bot(tg)
    go(chat, *TO_PRODUCT)
    question = chat.wait_text(QUESTION)
    assert question.button_texts == [["Да, присылай"], ["Нет"]]
    go(chat, "← Назад", "10–20 кг", "← Назад", "5–10 кг")
    chat.press("Нет")
    chat.wait_text("ничего присылать не буду")
    assert [message.id for message in chat.bot_messages if QUESTION in message.text] == []
    assert consents(anna) == []
    assert len([m for m in chat.bot_messages if "ничего присылать" in m.text]) == 1


@pytest.mark.usefixtures("running")
def test_a_yes_is_a_consent_of_its_own(anna: Bot, tg: SandboxServer) -> None:
    chat = open_bot(tg)
    go(chat, "💼 Интересует заработок", "10–30 тысяч в месяц")
    chat.wait_text(QUESTION)
    chat.press("Да, присылай")
    chat.wait_text("Договорились")
    assert consents(anna) == [("offers", 1, True)]
    assert data_of(anna, "consent_given") == [{"to": "offers", "version": 1}]


def test_promotional_messages_need_the_consent_and_the_topic(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        silent, agreed, choosy = (open_bot(tg, name) for name in ("Иван", "Ольга", "Пётр"))
    for chat in (agreed, choosy):
        make_consent(lead_of(anna, chat))
    with tenancy.all_partners():
        Lead.objects.filter(telegram_id=choosy.owner.id).update(wants_offers=False)
    for name, chat in (("silent", silent), ("agreed", agreed), ("choosy", choosy)):
        queue(anna, lead_of(anna, chat), name, lane=Lane.BROADCAST, source="broadcast:1")
    with RunnerThread(tg.url):
        agreed.wait_text("agreed")
        tg.wait_for(lambda: "queued" not in {state for state, _reason in states(anna).values()})
    assert states(anna) == {
        "silent": ("skipped", "no consent"),
        "agreed": ("sent", ""),
        "choosy": ("skipped", "topic is off"),
    }


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("way", ["/stop", "c:stop", "🔕 Ничего не присылать"])
def test_stop_takes_back_what_is_queued_before_it_answers(anna: Bot, tg: SandboxServer, way: str) -> None:
    chat = open_bot(tg)
    lead = lead_of(anna, chat)
    make_consent(lead)
    tomorrow: dict[str, Any] = {"not_before": now() + timedelta(days=1)}
    queue(anna, lead, "sequence", **tomorrow)
    queue(anna, lead, "broadcast", lane=Lane.BROADCAST, **tomorrow)
    if way.startswith("🔕"):
        chat.send("/settings")
        chat.wait_text("О чём присылать")
        chat.press(way)
    elif way.startswith("/"):
        chat.send(way)
    else:
        push_press(tg, anna, chat.owner.id, chat.last.id, way)
    chat.wait_text("рекламных сообщений больше не будет")
    assert states(anna) == dict.fromkeys(("sequence", "broadcast"), ("skipped", "unsubscribed"))
    assert lead_of(anna, chat).status == Lead.Status.UNSUBSCRIBED
    assert consents(anna) == [("offers", 1, False)]
    assert kinds(anna)[-2:] == ["consent_withdrawn", "unsubscribed"]


@pytest.mark.usefixtures("running")
def test_settings_switch_topics_and_the_whole(anna: Bot, tg: SandboxServer) -> None:
    chat = open_bot(tg)
    chat.send("/settings")
    shown = chat.wait_text("Рассылка выключена")
    chat.press("✅ Акции")
    chat.wait_for(lambda c: c.messages and any("▫️ Акции" in row for m in c.messages for row in m.button_texts))
    assert lead_of(anna, chat).wants_offers is False
    chat.press("Да, присылай", message_id=shown.id)
    chat.wait_text("Договорились")
    chat.send("/settings")
    chat.wait_text("О чём присылать")
    chat.press("▫️ Акции")
    chat.wait_for(lambda c: any("✅ Акции" in row for m in c.messages for row in m.button_texts))
    assert lead_of(anna, chat).wants_offers is True
    assert data_of(anna, "topic_changed") == [
        {"topic": "offers", "wanted": False},
        {"topic": "offers", "wanted": True},
    ]


@pytest.mark.usefixtures("running")
def test_who_stopped_may_come_back(anna: Bot, tg: SandboxServer) -> None:
    chat = open_bot(tg)
    chat.send("/stop")
    chat.wait_text("рекламных сообщений больше не будет")
    chat.send("/settings")
    chat.wait_text("Рассылка выключена")
    chat.press("Да, присылай")
    chat.wait_text("Договорились")
    assert lead_of(anna, chat).status == Lead.Status.NEW


# Data


def with_contact(tg: SandboxServer, **fields: Any) -> ChatDriver:
    values: dict[str, Any] = {"first_name": "Иннокентий", "last_name": "Смоктунов", "username": "kesha_s"}
    chat = tg.person(**values | fields).open("anna_bot")
    chat.start()
    chat.wait_for(screen)
    chat.send("/contact")
    chat.wait_text("Согласие на обработку данных")
    chat.press("Согласен(на)")
    chat.wait_text("Теперь номер")
    chat.share_contact(PHONE)
    chat.wait_text("оставить ещё и e-mail")
    chat.send("kesha@mail.example")
    chat.wait_text("Готово, спасибо!")
    return chat


@pytest.mark.usefixtures("running")
def test_privacy_tells_what_is_stored(anna: Bot, tg: SandboxServer) -> None:
    chat = with_contact(tg)
    chat.send("/privacy")
    told = chat.wait_text("Что хранится о тебе")
    for part in ("+7 916 123-45-67", "kesha@mail.example", "Согласие на обработку контакта дано", "Анна Смирнова"):
        assert part in told.text
    assert told.button_texts == [
        ["📄 Скачать мои данные"], ["Отозвать согласие, удалить номер"], ["🗑 Удалить все данные"],
    ]  # fmt: skip


@pytest.mark.usefixtures("running")
def test_the_consent_to_data_is_withdrawn_with_the_contact(anna: Bot, boss: ChatDriver, tg: SandboxServer) -> None:
    boss.start()
    chat = with_contact(tg)
    boss.wait_text("ОСТАВИЛ КОНТАКТ")
    boss.wait_text("ДОПОЛНИЛ КОНТАКТ")
    chat.send("/privacy")
    chat.wait_text("Что хранится о тебе")
    chat.press("Отозвать согласие, удалить номер")
    chat.wait_text("Согласие отозвано")
    boss.wait_text("СОГЛАСИЕ ОТОЗВАНО")
    assert (lead_of(anna, chat).phone, lead_of(anna, chat).email) == ("", "")
    assert consents(anna) == [("data", 1, False)]
    with tenancy.partner(anna.partner_id):
        assert OutboxMessage.objects.count() == 3
    assert not {place for place in places_of(PHONE, "kesha@mail.example") if place[0] == "content_outboxmessage"}
    chat.send("/privacy")
    chat.press("Отозвать согласие, удалить номер")
    chat.wait_text("отзывать нечего")


@pytest.mark.usefixtures("running")
def test_the_export_is_what_is_stored(anna: Bot, tg: SandboxServer) -> None:
    chat = with_contact(tg)
    chat.send("Сколько стоит «Energy» & <чай>?")
    chat.wait_text("Точного ответа")
    ask_in_group(anna, chat, "в группе", "ответ в группе")
    chat.send("/export")
    file = chat.wait_text("Всё, что хранится о тебе")
    assert file.document is not None
    data = json.loads(tg.do(lambda: tg.world.files.read(file.document)))  # type: ignore[arg-type]
    lead = lead_of(anna, chat)
    profile = data["profile"]
    assert {name: profile[name] for name in ("telegram_id", "first_name", "username", "phone", "email")} == {
        "telegram_id": lead.telegram_id,
        "first_name": "Иннокентий",
        "username": "kesha_s",
        "phone": PHONE,
        "email": "kesha@mail.example",
    }
    with tenancy.partner(anna.partner_id):
        words = list(LeadMessage.objects.order_by("-pk").values_list("text", flat=True))
        happened = list(FunnelEvent.objects.exclude(kind="data_exported").values_list("kind", "step", "data"))
        given = Consent.objects.get()
    assert [message["text"] for message in data["messages"]] == words
    assert [(event["kind"], event["step"], event["data"]) for event in data["events"]] == happened
    assert [(c["kind"], c["text_version"], c["given_at"]) for c in data["consents"]] == [
        ("data", 1, given.given_at.isoformat())
    ]
    assert ("в группе", ["ответ в группе"]) in [(asked["text"], asked["answer"]) for asked in data["questions"]]
    assert data["left_out"] == {"messages": 0, "received": 0, "questions": 0, "events": 0}
    chat.send("/export")
    chat.wait_text("через минуту")
    assert [message.document for message in chat.bot_messages if message.document] == [file.document]


@pytest.mark.usefixtures("running")
def test_nothing_of_a_forgotten_person_is_left(anna: Bot, boss: ChatDriver, tg: SandboxServer) -> None:
    boss.start()
    chat = with_contact(tg, user_id=5_550_001_234)
    secret = ("Иннокентий", "Смоктунов", "kesha_s", PHONE, "9161234567", "kesha@mail.example", "5550001234", "колено")
    go(chat, *TO_PRODUCT)
    chat.press("Да, присылай")
    chat.wait_text("Договорились")
    chat.send("у меня болит колено")
    chat.wait_text("к врачу")
    chat.send("/support")
    chat.wait_text("получит его лично")
    chat.send("где моё колено")
    chat.wait_text("Вопрос передан")
    boss.wait_text("где моё колено")
    boss.press("🙋 Взять диалог", message_id=next(m.id for m in boss.bot_messages if "ДОПОЛНИЛ" in m.text))
    boss.wait_text("бот этому человеку не отвечает")
    chat.send("и ещё моё колено")
    boss.wait_text("и ещё моё колено")
    queue(anna, lead_of(anna, chat), "1", not_before=now() + timedelta(days=1), message=Message(Html("Иннокентий!")))
    other = open_bot(tg, "Ольга")
    other.share_contact(PHONE, owner_id=chat.owner.id)
    other.wait_text("карточка другого человека")
    ask_in_group(anna, chat, "колено в группе", "про колено")
    assert {needle for _table, _column, needle in places_of(*secret)} == set(secret)
    assert {table for table, _column, _needle in places_of("колено")} >= {"funnels_question", "content_outboxmessage"}
    events_before = len(kinds(anna))

    chat.send("/forget_me")
    chat.wait_text("Удалить все данные?")
    here = chat.last.id
    chat.press("Да, удалить всё")
    push_press(tg, anna, chat.owner.id, here, "c:erase")
    chat.wait_text("Удалять нечего")
    wait_until_closed(anna, 1)
    tg.wait_for(lambda: not places_of(*secret), failure=f"{places_of(*secret)}")

    with tenancy.partner(anna.partner_id):
        gone = Lead.objects.get(telegram_id__lt=0)
        assert str(gone) == f"id {gone.telegram_id}"
        assert gone.erased_at is not None
        assert not gone.consents.filter(withdrawn_at=None).exists()
        assert {row.state for row in OutboxMessage.objects.filter(lead=gone)} <= {"sent", "skipped"}
        assert (gone.score, gone.score_due_at, gone.taken_at) == (0, None, None)
        assert not gone.alerts.filter(state="open").exists()
        assert gone.alerts.exists()
        assert Question.objects.get(chat_id=GROUP).state == Question.State.DROPPED
        assert OutboxMessage.objects.get(chat_id=GROUP).state == "skipped"
    assert len(kinds(anna)) == events_before + 1
    assert kinds(anna)[-1] == "erased"

    chat.start()
    chat.wait_for(lambda c: lead_exists(anna, c))
    assert lead_of(anna, chat).phone == ""


def ask_in_group(bot: Bot, chat: ChatDriver, text: str, answer: str) -> None:
    """The group knows no leads. The answer has not left yet."""
    who = {"asker_id": chat.owner.id, "chat_id": GROUP}
    values = {"text": text, "answer": [answer], "asked_at": now(), "state": Question.State.THINKING} | who
    tomorrow = now() + timedelta(days=1)
    with tenancy.partner(bot.partner_id):
        question = Question.objects.create(partner_id=bot.partner_id, **values)
        one = Promise(GROUP, f"answer:{question.pk}:0", Message(Html(answer)), not_before=tomorrow)
        promise(partner_id=bot.partner_id, bot_id=bot.pk, lane=Lane.REPLY, promises=[one], now=now())


def lead_exists(bot: Bot, chat: ChatDriver) -> bool:
    with tenancy.partner(bot.partner_id):
        return Lead.objects.filter(telegram_id=chat.owner.id).exists()


@pytest.mark.usefixtures("running")
def test_erasure_can_be_thought_over(anna: Bot, tg: SandboxServer) -> None:
    chat = with_contact(tg)
    chat.send("/forget_me")
    chat.wait_text("Удалить все данные?")
    chat.press("Нет, оставить")
    chat.wait_text("всё остаётся как есть")
    assert lead_of(anna, chat).phone == PHONE


def test_forgetting_stays_within_the_partner(anna: Bot, tg: SandboxServer) -> None:
    boris = make_partner("boris")
    theirs = make_lead(boris, telegram_id=5_550_001_234, first_name="Иннокентий")
    with RunnerThread(tg.url):
        chat = with_contact(tg, user_id=5_550_001_234)
        push_press(tg, anna, chat.owner.id, chat.last.id, "c:erase")
        chat.wait_text("Данные удалены")
    with tenancy.all_partners():
        assert Lead.objects.get(pk=theirs.pk).first_name == "Иннокентий"
        assert Lead.objects.filter(partner=anna.partner_id, first_name="").count() == 1


# Help, and the menu of commands


@pytest.mark.usefixtures("running")
def test_help_names_every_command(tg: SandboxServer) -> None:
    chat = open_bot(tg)
    chat.send("/help")
    told = chat.wait_text("/forget_me — удалить")
    for command in menu.commands():
        if command["command"] != "help":
            assert f"/{command['command']} —" in told.text


def test_the_menu_of_commands_is_set_once(anna: Bot, tg: SandboxServer) -> None:
    for _start in range(2):
        with RunnerThread(tg.url):
            wait_for_state(anna, menu=menu.fingerprint(), state=Bot.State.RUNNING)
    (call,) = tg.calls("setMyCommands")
    assert [command["command"] for command in call.params["commands"]] == [
        "menu", "contact", "support", "settings", "stop", "privacy", "export", "forget_me", "help",
    ]  # fmt: skip
    with tenancy.all_partners():
        Bot.objects.update(menu="older")
    with RunnerThread(tg.url):
        wait_for_state(anna, menu=menu.fingerprint())
    assert len(tg.calls("setMyCommands")) == 2


def test_a_bot_without_a_menu_works(anna: Bot, tg: SandboxServer) -> None:
    tg.fail_next("setMyCommands", 400, "Bad Request: commands are too many")
    with RunnerThread(tg.url):
        open_bot(tg)
