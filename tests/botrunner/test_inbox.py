"""The durable inbox: stored before it is confirmed, handled once, answered after a crash."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from botrunner.db import close_connections
from botrunner.models import InboxUpdate
from botrunner.replies import NOWHERE, Replies
from botrunner.services import inbox
from botrunner.turns import Turns
from content.messages import Button, Html, Message
from funnels.models import FunnelEvent
from funnels.services.turn_rows import Person
from funnels.services.turns import Opened, Turn
from partners import tenancy
from partners.models import Bot, Lead
from tests.botrunner.walking import events, go, inbox_rows, open_bot, screen, wait_until_closed
from tests.factories import NOW, make_bot
from tests.runner import RunnerThread
from tests.telegram import SandboxServer

HELLO = Replies(5, (Message(Html("Привет"), buttons=((Button("a", callback="f:1:s:0"),),)),), message_id=7)


@pytest.fixture
def bot(db: None) -> Bot:
    return make_bot()


def store(bot: Bot, *ids: int, now: Any = NOW, **payload: Any) -> set[int]:
    with tenancy.partner(bot.partner_id):
        updates = [{"update_id": number, **payload} for number in ids]
        return inbox.store(partner_id=bot.partner_id, bot_id=bot.pk, updates=updates, now=now)


def handle(bot: Bot, replies: dict[int, str], now: Any = NOW) -> None:
    with tenancy.partner(bot.partner_id):
        inbox.mark_handled(bot_id=bot.pk, replies=replies, now=now)


def test_an_update_is_stored_once(bot: Bot) -> None:
    assert store(bot, 1, 2) == {1, 2}
    assert store(bot, 2, 3, now=NOW + timedelta(seconds=1)) == {3}
    assert [row.update_id for row in inbox_rows(bot)] == [1, 2, 3]


def test_a_second_try_of_one_receipt_still_counts_as_new(bot: Bot) -> None:
    """The commit went through, its answer did not: without this nobody would handle the updates until a restart."""
    store(bot, 1, 2)
    handle(bot, {1: ""})
    assert store(bot, 1, 2, 3) == {2, 3}


def test_what_json_can_say_postgresql_can_store(bot: Bot) -> None:
    store(bot, 1, text="\0\ud800 🦆")
    (row,) = inbox_rows(bot)
    assert row.payload == '{"update_id": 1, "text": "\\u0000\\ud800 \\ud83e\\udd86"}'


def test_two_bots_have_two_inboxes(bot: Bot) -> None:
    other = make_bot()
    store(bot, 1)
    assert store(other, 1) == {1}
    with tenancy.partner(other.partner_id):
        assert inbox.store(partner_id=other.partner_id, bot_id=other.pk, updates=[], now=NOW) == set()
        assert InboxUpdate.objects.count() == 1


def test_handled_without_an_answer_is_answered(bot: Bot) -> None:
    store(bot, 1, 2)
    handle(bot, {1: "", 2: HELLO.dump()})
    first, second = inbox_rows(bot)
    assert (first.handled_at, first.answered_at) == (NOW, NOW)
    assert (second.handled_at, second.answered_at) == (NOW, None)
    with tenancy.partner(bot.partner_id):
        assert inbox.unsent(bot_id=bot.pk, update_id=2) == HELLO
        assert inbox.unsent(bot_id=bot.pk, update_id=1) == NOWHERE
        inbox.mark_answered(bot_id=bot.pk, update_ids=[2], now=NOW)
        assert inbox.unsent(bot_id=bot.pk, update_id=2) == NOWHERE
        assert InboxUpdate.objects.get(update_id=2).replies == ""


@pytest.mark.parametrize("again", [{1: ""}, {1: "", 2: ""}, {99: ""}], ids=["the same", "with another", "unknown"])
def test_nothing_is_handled_twice(bot: Bot, again: dict[int, str]) -> None:
    store(bot, 1, 2)
    handle(bot, {1: HELLO.dump()})
    with pytest.raises(inbox.AlreadyHandled):
        handle(bot, again, now=NOW + timedelta(seconds=1))
    first, second = inbox_rows(bot)
    assert (first.handled_at, second.handled_at) == (NOW, None)


def test_a_settled_service_leaves_no_trace_the_second_time(bot: Bot) -> None:
    store(bot, 1)

    def effect() -> tuple[Message, ...]:
        bot.partner.__class__.objects.filter(pk=bot.partner_id).update(story=str(len(called)))
        called.append(1)
        return HELLO.messages

    called: list[int] = []
    told: dict[str, Any] = {"bot_id": bot.pk, "update_id": 1, "service": effect, "kwargs": {}, "now": NOW}
    with tenancy.partner(bot.partner_id):
        assert inbox.settle(where=Replies(5, ()), **told).messages == HELLO.messages
    with pytest.raises(inbox.AlreadyHandled), tenancy.partner(bot.partner_id):
        inbox.settle(where=Replies(5, ()), **told)
    with tenancy.all_partners():
        bot.partner.refresh_from_db()
    assert bot.partner.story == "0"


def test_what_is_answered_is_not_set_aside(bot: Bot) -> None:
    store(bot, 1, 2)
    handle(bot, {1: ""})
    with tenancy.partner(bot.partner_id):
        for number in (1, 2):
            inbox.set_aside(bot_id=bot.pk, update_id=number, error="x" * 900, now=NOW)
        assert inbox.open_updates(bot_id=bot.pk) == []
    assert [len(row.error) for row in inbox_rows(bot)] == [0, 500]


def test_only_what_is_over_is_pruned(bot: Bot) -> None:
    old = NOW - inbox.KEPT - timedelta(seconds=1)
    store(bot, 1, 2, 3, now=old)
    store(bot, 4)
    handle(bot, {1: "", 2: HELLO.dump(), 4: ""})
    with tenancy.all_partners():
        assert inbox.prune(now=NOW) == 1
    assert [row.update_id for row in inbox_rows(bot)] == [2, 3, 4]


def test_replies_survive_the_inbox() -> None:
    message = Message(Html("<b>x</b>"), keyboard=(("a", "b"),), picture="x.jpg", edits=True)
    replies = Replies(-100, (message, *HELLO.messages), message_id=1, has_picture=True, thread_id=3)
    assert Replies.load(replies.dump()) == replies
    assert Replies(5, ()).dump() == ""


# -- with the runner -------------------------------------------------------------------------------------------------


def start_of(user_id: int, text: str = "/start") -> dict[str, Any]:
    sender = {"id": user_id, "is_bot": False, "first_name": "Иван"}
    chat = {"id": user_id, "type": "private"}
    return {"message": {"message_id": 1, "date": 0, "chat": chat, "from": sender, "text": text}}


def test_a_predecessors_work_is_finished_at_the_start(anna: Bot, tg: SandboxServer) -> None:
    waits, unanswered, unreadable = (tg.person(name).open("anna_bot") for name in ("Иван", "Пётр", "Ольга"))
    for chat in (waits, unanswered, unreadable):
        tg.do(lambda chat=chat: tg.world.post(chat.chat, chat.owner.id, {"text": "/start"}))  # type: ignore[misc]
    tg.do(tg.world.state.bots[anna.telegram_id].updates.clear)
    store(anna, 1, **start_of(waits.owner.id))
    store(anna, 2, **start_of(waits.owner.id, "💼 Бизнес"))
    store(anna, 3, 4)
    hello = Message(Html("Вот ответ"))
    handle(anna, {3: Replies(unanswered.owner.id, (hello,)).dump(), 4: '{"chat": 1, "no": "more"}'})
    with RunnerThread(tg.url):
        unanswered.wait_text("Вот ответ")
        waits.wait_text("это не зарплата и не вклад")
        wait_until_closed(anna, 4)
    assert [message.text[:5] for message in waits.bot_messages[:2]] == ["🤖 Это", "С чег"]
    assert len(unanswered.bot_messages) == 1
    (row,) = inbox_rows(anna, failed_at__isnull=False)
    assert (row.update_id, row.error.partition(":")[0]) == (4, "unreadable replies")


def test_updates_are_confirmed_only_after_they_are_stored(anna: Bot, tg: SandboxServer) -> None:
    chat = tg.person("Иван").open("anna_bot")
    chat.send("/start")
    lock_sql = "LOCK TABLE botrunner_inboxupdate IN ACCESS EXCLUSIVE MODE"
    with RunnerThread(tg.url):
        tg.wait_for(lambda: tg.waiting_pollers() == 1)
        chat.wait_for(screen)
        polls = len(tg.calls("getUpdates"))
        with tenancy.all_partners(), connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute(lock_sql)
            chat.send("💼 Бизнес")
            pending = tg.world.state.bots[anna.telegram_id].updates
            tg.wait_for(lambda: tg.waiting_pollers() == 0)
            assert len(tg.calls("getUpdates")) == polls
            assert len(pending) == 1  # Telegram still has it
        chat.wait_text("это не зарплата и не вклад")
        tg.wait_for(lambda: tg.waiting_pollers() == 1)
        assert len(pending) == 0
    assert len(inbox_rows(anna)) == 2


def end_runner_sessions() -> None:
    """Every session but ours ends with FATAL, as in a restart of PostgreSQL."""
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as other:
        name, ours = connection.settings_dict["NAME"], connection.connection.info.backend_pid
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s", [name, ours]
        )


def test_a_database_that_ends_all_sessions_loses_nothing(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        chats = [open_bot(tg, f"Человек {number}") for number in range(3)]
        for chat in chats:
            chat.press("🍎 Хочу улучшить здоровье")
        end_runner_sessions()
        for chat in chats:
            chat.wait_text("Что сейчас важнее всего?")
            assert "Знакомо?" in go(chat, "🔥 Похудеть").text
    with tenancy.partner(anna.partner_id):
        assert FunnelEvent.objects.filter(kind="button_pressed").count() == 6
    assert [step for kind, step in events(anna, chats[0].owner.id) if kind == "screen_shown"] == [
        "welcome",
        "pain",
        "weight_story",
    ]


def test_a_turn_that_another_runner_has_taken_spoils_nobodys(anna: Bot) -> None:
    store(anna, 1, 2)
    handle(anna, {1: HELLO.dump()})

    async def both() -> list[Replies | BaseException]:
        turns = Turns(partner_id=anna.partner_id, bot_id=anna.pk, clock=lambda: NOW)
        people = (Person(101, "Иван"), Person(102, "Ольга"))
        taken = [
            turns.take(update_id=number, turn=Turn(person, Opened()), where=Replies(person.telegram_id, ()))
            for number, person in enumerate(people, 1)
        ]
        return await asyncio.gather(*taken, return_exceptions=True)

    try:
        first, second = asyncio.run(both())
    finally:
        close_connections()
    assert isinstance(first, inbox.AlreadyHandled)
    assert isinstance(second, Replies)
    assert len(second.messages) == 2
    with tenancy.partner(anna.partner_id):
        assert list(Lead.objects.values_list("first_name", flat=True)) == ["Ольга"]
    assert [row.handled_at for row in inbox_rows(anna)] == [NOW, NOW]
