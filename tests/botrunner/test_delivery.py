"""The outbox leaves through the real runner and the real Bot API calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pytest_django import Settings

from content.messages import Document, Html, Message
from content.models import OutboxMessage
from content.outbox.promises import Promise, drop, promise, send_again, withdraw
from funnels.models import SequencePause
from funnels.services.brake import LEAST
from partners import tenancy
from partners.models import Bot, Lead, Partner
from tests.botrunner.disasters import until
from tests.factories import make_consent, make_lead
from tests.runner import RunnerThread, now
from tests.telegram import ChatDriver, SandboxServer

Lane = OutboxMessage.Lane
State = OutboxMessage.State


def reader(tg: SandboxServer, bot: Bot, name: str) -> tuple[ChatDriver, Lead]:
    """A person who has opened the bot, and their row."""
    person = tg.person(name)
    chat = person.open(bot.username)
    chat.start()
    lead = make_lead(Partner(pk=bot.partner_id), telegram_id=person.id)
    make_consent(lead)
    return chat, lead


def say(
    bot: Bot, chat_id: int, text: str, *, key: str = "", lane: OutboxMessage.Lane = Lane.ALERT, **fields: object
) -> int:
    fields = {"message": Message(Html(text)), "not_before": now()} | fields
    one = Promise(chat_id, key or text, **fields)  # type: ignore[arg-type]
    with tenancy.partner(bot.partner_id):
        return promise(partner_id=bot.partner_id, bot_id=bot.pk, lane=lane, promises=[one], now=now())


def rows(bot: Bot) -> list[tuple[str, str]]:
    with tenancy.partner(bot.partner_id):
        return list(OutboxMessage.objects.order_by("pk").values_list("state", "reason"))


def until_rows(bot: Bot, expected: Sequence[tuple[str, str]]) -> None:
    until(lambda: rows(bot) == list(expected), f"{expected}, but {rows(bot)}")


def test_what_was_promised_arrives_once(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        chat, _lead = reader(tg, anna, "Иван")
        assert say(anna, chat.owner.id, "<b>Новый контакт</b>", key="a") == 1
        assert say(anna, chat.owner.id, "второй раз", key="a") == 0
        assert chat.wait_text("Новый контакт").html == "<b>Новый контакт</b>"
        until_rows(anna, [(State.SENT, "")])
    assert [call.params["text"] for call in tg.calls("sendMessage")].count("<b>Новый контакт</b>") == 1


def test_lanes_go_in_their_order(anna: Bot, tg: SandboxServer, settings: Settings) -> None:
    settings.TELEGRAM_RATE = 5.0  # so far apart they also arrive in the order in which they leave
    chats = [reader(tg, anna, name)[0] for name in ("Иван", "Ольга", "Пётр")]
    for chat, lane in zip(chats, (Lane.POST, Lane.BROADCAST, Lane.ALERT), strict=True):
        say(anna, chat.owner.id, lane.name, lane=lane)
    with RunnerThread(tg.url):
        until_rows(anna, [(State.SENT, "")] * 3)
    texts = [call.params["text"] for call in tg.calls("sendMessage")]
    assert [text for text in texts if text in Lane.names] == ["ALERT", "POST", "BROADCAST"]


def test_an_answer_quotes_its_question(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        chat, _lead = reader(tg, anna, "Иван")
        asked = chat.send("Сколько стоит?").id
        answers = {
            "текст": Message(Html("текст"), reply_to=asked),
            "файл": Message(Html("файл"), document=Document("a.txt", "x"), reply_to=asked),
            "без вопроса": Message(Html("без вопроса"), reply_to=9_999),  # deleted meanwhile
        }
        for text, message in answers.items():
            say(anna, chat.owner.id, text, message=message)
        assert [chat.wait_text(text).reply_to for text in answers] == [asked, asked, None]


def test_not_before_and_not_after(anna: Bot, tg: SandboxServer) -> None:
    chat, _lead = reader(tg, anna, "Иван")
    say(anna, chat.owner.id, "завтра", not_before=now() + timedelta(days=1))
    say(anna, chat.owner.id, "вчера", not_before=now() - timedelta(days=1), not_after=now() - timedelta(hours=1))
    with RunnerThread(tg.url):
        until_rows(anna, [(State.QUEUED, ""), (State.SKIPPED, "too late")])


def test_a_chat_gets_one_message_a_second(anna: Bot, tg: SandboxServer) -> None:
    chat, _lead = reader(tg, anna, "Иван")
    for text in ("раз", "два"):
        say(anna, chat.owner.id, text)
    with RunnerThread(tg.url):
        until_rows(anna, [(State.SENT, "")] * 2)
    at = {call.params["text"]: call.at for call in tg.calls("sendMessage")}
    assert at["два"] - at["раз"] >= timedelta(seconds=1)


def test_a_lost_answer_is_unknown_and_a_person_decides(anna: Bot, tg: SandboxServer) -> None:
    first, _lead = reader(tg, anna, "Иван")
    second, _lead = reader(tg, anna, "Ольга")
    with RunnerThread(tg.url):
        for chat in (first, second):  # a greeting must not be what gets lost
            chat.wait_for(lambda c: bool(c.messages and c.last.buttons))
        for chat in (first, second):
            tg.lose_next("sendMessage")
            say(anna, chat.owner.id, f"Привет, {chat.owner.id}", lane=Lane.BROADCAST)
            until(lambda: rows(anna)[-1] == (State.UNKNOWN, "no answer"), "unknown")
        with tenancy.partner(anna.partner_id):
            again, dropped = (OutboxMessage.objects.filter(pk=row.pk) for row in OutboxMessage.objects.order_by("pk"))
            assert send_again(messages=again, now=now()) == 1
            assert [drop(messages=dropped, now=now()) for _ in range(2)] == [1, 0]
        until_rows(anna, [(State.SENT, ""), (State.SKIPPED, "dropped")])
    assert [f"Привет, {first.owner.id}" in message.text for message in first.bot_messages].count(True) == 2


def test_a_lost_alert_is_sent_again_by_itself(anna: Bot, tg: SandboxServer) -> None:
    chat, _lead = reader(tg, anna, "Иван")
    with RunnerThread(tg.url):
        chat.wait_for(lambda c: bool(c.last.buttons))
        tg.lose_next("sendMessage")
        say(anna, chat.owner.id, "горячий лид")
        tg.wait_for(lambda: "горячий лид" in [call.params["text"] for call in tg.calls("sendMessage")])
        until(lambda: rows(anna) == [(State.QUEUED, "")], "queued again")


def test_who_blocked_the_bot_gets_nothing_more(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        chat, lead = reader(tg, anna, "Иван")
        chat.wait_for(lambda c: bool(c.last.buttons))
        tg.fail_next("sendMessage", 403, "Forbidden: bot was blocked by the user")
        for key in ("1", "2"):
            say(anna, chat.owner.id, "акция", key=key, lane=Lane.BROADCAST, lead_id=lead.pk)
            until(lambda: all(state != State.QUEUED for state, _reason in rows(anna)), "decided")
    assert rows(anna) == [(State.FAILED, "blocked"), (State.SKIPPED, "blocked")]


def test_telegram_asks_to_slow_down(anna: Bot, tg: SandboxServer) -> None:
    chat, _lead = reader(tg, anna, "Иван")
    with RunnerThread(tg.url):
        chat.wait_for(lambda c: bool(c.last.buttons))
        tg.fail_next("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
        say(anna, chat.owner.id, "подождите", lane=Lane.BROADCAST)
        until_rows(anna, [(State.SENT, "")])


def test_what_is_taken_back_is_not_sent(anna: Bot, tg: SandboxServer) -> None:
    chat, lead = reader(tg, anna, "Иван")
    say(anna, chat.owner.id, "оставьте телефон", lane=Lane.SEQUENCE, lead_id=lead.pk)
    with tenancy.partner(anna.partner_id):
        assert withdraw(partner_id=anna.partner_id, reason="contact left", lead_id=lead.pk, now=now()) == 1
    with RunnerThread(tg.url):
        chat.wait_for(lambda c: bool(c.last.buttons))
    assert rows(anna) == [(State.SKIPPED, "contact left")]


def test_after_a_crash_only_replies_and_alerts_go_out_again(anna: Bot, tg: SandboxServer) -> None:
    chats = [reader(tg, anna, name)[0] for name in ("Иван", "Ольга")]
    for chat, lane in zip(chats, (Lane.ALERT, Lane.SEQUENCE), strict=True):
        say(anna, chat.owner.id, lane.name, lane=lane)
    with tenancy.partner(anna.partner_id):
        OutboxMessage.objects.update(state=State.SENDING, claimed_at=now())
    with RunnerThread(tg.url):
        until_rows(anna, [(State.SENT, ""), (State.UNKNOWN, "interrupted")])


def test_what_waits_for_its_turn_goes_back_when_the_bot_stops(anna: Bot, tg: SandboxServer, settings: Settings) -> None:
    with RunnerThread(tg.url):
        chats = [reader(tg, anna, name)[0] for name in ("Иван", "Ольга")]
        for chat in chats:
            chat.wait_for(lambda c: bool(c.messages and c.last.buttons))
    for chat in chats:
        say(anna, chat.owner.id, f"Привет, {chat.owner.id}", lane=Lane.BROADCAST)
    settings.TELEGRAM_RATE = 0.1
    with RunnerThread(tg.url):
        until_rows(anna, [(State.SENT, ""), (State.SENDING, "")])
    assert rows(anna) == [(State.SENT, ""), (State.QUEUED, "")]


def test_a_burst_of_errors_pauses_its_source_and_an_operator_hears_of_it(
    anna: Bot, tg: SandboxServer, settings: Settings
) -> None:
    chat, _lead = reader(tg, anna, "Дежурный")
    settings.OPERATOR_TELEGRAM_IDS = [chat.owner.id]
    tomorrow = now() + timedelta(days=1)
    waiting = [Promise(chat.owner.id, "tomorrow", Message(Html("Завтра")), tomorrow)]
    broken = [Promise(9_000 + number, f"now {number}", Message(Html("Сейчас")), now()) for number in range(LEAST)]
    with RunnerThread(tg.url):
        chat.wait_for(lambda c: bool(c.messages and c.last.buttons))
        tg.fail_next("sendMessage", 400, "Bad Request: can't parse entities", times=LEAST)
        with tenancy.partner(anna.partner_id):
            promise(
                partner_id=anna.partner_id, bot_id=anna.pk, lane=Lane.SEQUENCE, promises=broken + waiting, now=now(),
                source="sequence:weight",
            )  # fmt: skip
        assert "Can't parse entities" in chat.wait_text("sequence%3Aweight").text
        failed = [(State.FAILED, "Can't parse entities")] * LEAST
        until_rows(anna, [*failed, (State.HELD, ""), (State.SENT, "")])
    with tenancy.partner(anna.partner_id):
        assert SequencePause.objects.get().sequence == "weight"


def test_a_claim_that_nobody_has_in_hand_is_swept(anna: Bot, tg: SandboxServer) -> None:
    """Its runner died while the claim was being committed, after the sweep of its successor."""
    chats = [reader(tg, anna, name)[0] for name in ("Иван", "Ольга", "Пётр")]
    with RunnerThread(tg.url):
        for chat in chats:
            chat.wait_for(lambda c: bool(c.last.buttons))
        for chat, lane in zip(chats, (Lane.ALERT, Lane.SEQUENCE, Lane.BROADCAST), strict=True):
            say(anna, chat.owner.id, lane.name, lane=lane, not_before=now() + timedelta(days=1))
        with tenancy.partner(anna.partner_id):
            OutboxMessage.objects.update(state=State.SENDING, claimed_at=now() - timedelta(minutes=2), not_before=now())
            OutboxMessage.objects.filter(lane=Lane.BROADCAST).update(claimed_at=now())
        until_rows(anna, [(State.SENT, ""), (State.UNKNOWN, "interrupted"), (State.SENDING, "")])
