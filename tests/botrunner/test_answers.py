"""What the bot does when Telegram answers with trouble, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from botrunner import sender
from botrunner.departures import Departures
from botrunner.pace import Pace
from botrunner.replies import Replies
from botrunner.transport import NotSent
from content.messages import Html, Message
from content.models import Product
from partners import tenancy
from partners.models import Bot
from tests.botrunner.walking import (
    TO_PRODUCT,
    events,
    go,
    inbox_rows,
    open_bot,
    screen,
    the_lead,
    wait_until_closed,
)
from tests.runner import RunnerThread
from tests.telegram import ChatDriver, SandboxServer


@pytest.fixture
def running(anna: Bot, tg: SandboxServer) -> Iterator[RunnerThread]:
    with RunnerThread(tg.url) as runner:
        yield runner


@pytest.fixture
def chat(running: RunnerThread, tg: SandboxServer) -> ChatDriver:
    return open_bot(tg)


def errors(tg: SandboxServer, method: str) -> list[int | None]:
    return [call.error for call in tg.calls(method)]


@pytest.mark.parametrize(("method", "act"), [("editMessageText", "button"), ("sendMessage", "key")])
def test_a_flood_answer_is_waited_out(chat: ChatDriver, anna: Bot, tg: SandboxServer, method: str, act: str) -> None:
    before = len(tg.calls(method))
    tg.fail_next(method, 429, "Too Many Requests: retry after 1", retry_after=1)
    chat.press("💼 Интересует заработок" if act == "button" else "💼 Бизнес")
    chat.wait_text("это не зарплата и не вклад")
    first, second = tg.calls(method)[before:]
    assert (first.error, second.error) == (429, None)
    assert (second.at - first.at).total_seconds() >= 1
    wait_until_closed(anna, 2)
    assert inbox_rows(anna, failed_at__isnull=False) == []


def test_who_blocked_the_bot_is_marked_once(chat: ChatDriver, anna: Bot, tg: SandboxServer) -> None:
    tg.fail_next("sendMessage", 403, "Forbidden: bot was blocked by the user")
    chat.send("/unknown")
    wait_until_closed(anna, 2)
    assert the_lead(anna).blocked_at is not None
    chat.block()
    wait_until_closed(anna, 3)
    assert inbox_rows(anna, failed_at__isnull=False) == []
    assert [kind for kind, _step in events(anna)].count("bot_blocked") == 1


def test_a_screen_that_was_deleted_comes_anew(chat: ChatDriver, tg: SandboxServer) -> None:
    old = screen(chat)
    assert old is not None
    tg.fail_next("editMessageText", 400, "Bad Request: message to edit not found")
    assert go(chat, "🍎 Хочу улучшить здоровье").id == old.id + 1


def test_a_screen_that_stands_already_is_no_error(chat: ChatDriver, anna: Bot, tg: SandboxServer) -> None:
    go(chat, "🍎 Хочу улучшить здоровье")
    here = screen(chat)
    assert here is not None
    tap = chat.press_data(str(chat.button("🔥 Похудеть").callback_data), here.id)
    again = chat.press_data(str(tap and chat.button("🔥 Похудеть").callback_data), here.id)
    again.wait_answer()
    wait_until_closed(anna, 4)
    assert errors(tg, "editMessageText") == [None, None, 400]
    assert inbox_rows(anna, failed_at__isnull=False) == []


def test_a_lost_answer_of_a_send_is_not_repeated(chat: ChatDriver, anna: Bot, tg: SandboxServer) -> None:
    before = len(tg.calls("sendMessage"))
    tg.lose_next("sendMessage")
    chat.send("/unknown")
    chat.send("/unknown")
    wait_until_closed(anna, 3)
    assert len(tg.calls("sendMessage")) == before + 2
    (row,) = inbox_rows(anna, failed_at__isnull=False)
    assert row.error.startswith("unknown: ")
    assert row.handled_at is not None


def test_a_lost_greeting_does_not_take_the_screen_with_it(anna: Bot, running: RunnerThread, tg: SandboxServer) -> None:
    tg.drop_next("sendMessage")
    chat = tg.person("Иван").open("anna_bot")
    chat.start()
    chat.wait_for(screen)
    wait_until_closed(anna, 1)
    assert len(tg.calls("sendMessage")) == 2


def test_a_lost_answer_of_an_edit_is_repeated(chat: ChatDriver, anna: Bot, tg: SandboxServer) -> None:
    tg.lose_next("editMessageText")
    go(chat, "🍎 Хочу улучшить здоровье")
    wait_until_closed(anna, 2)
    assert errors(tg, "editMessageText") == [None, 400]  # the second finds it already so
    assert inbox_rows(anna, failed_at__isnull=False) == []


def test_an_answer_that_telegram_refuses_stops_nobody(chat: ChatDriver, anna: Bot, tg: SandboxServer) -> None:
    tg.fail_next("sendMessage", 400, "Bad Request: can't parse entities")
    chat.send("/unknown")
    chat.send("💼 Бизнес")
    chat.wait_text("это не зарплата и не вклад")
    wait_until_closed(anna, 3)
    (row,) = inbox_rows(anna, failed_at__isnull=False)
    assert row.error == "Can't parse entities"


def test_server_errors_of_an_edit_are_waited_out(chat: ChatDriver, tg: SandboxServer) -> None:
    tg.fail_next("editMessageText", 502, "Bad Gateway")
    go(chat, "🍎 Хочу улучшить здоровье")
    assert errors(tg, "editMessageText") == [502, None]


def test_a_picture_that_is_not_there_leaves_the_text(anna: Bot, tg: SandboxServer) -> None:
    with tenancy.all_partners():
        Product.objects.filter(key="ed_smart").update(picture="gone.jpg")
    with RunnerThread(tg.url):
        shown = go(open_bot(tg), *TO_PRODUCT)
    assert shown.photo is None
    assert "ED Smart, коктейль" in shown.text


def test_a_refused_connection_is_waited_out(anna: Bot, chat: ChatDriver, tg: SandboxServer) -> None:
    press = str(chat.button("🍎 Хочу улучшить здоровье").callback_data)
    tg.stop()
    chat.press_data(press, 3)
    chat.send("/unknown")
    tg.start()
    chat.wait_text("Такие сообщения")
    chat.wait_text("Что сейчас важнее всего?")
    wait_until_closed(anna, 3)
    assert inbox_rows(anna, failed_at__isnull=False) == []


# -- how long to wait, without waiting -------------------------------------------------------------------------------


class Refusing:
    """Stands for a bot whose calls cannot leave the machine for a while."""

    id = 1
    base_url = "http://127.0.0.1:9/bot1:x"

    def __init__(self, *errors: Exception) -> None:
        self.errors, self.calls, self.request = list(errors), 0, self

    async def post(self, url: str, data: object, read_timeout: object) -> dict[str, int]:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return {"message_id": 5}


def deliver(bot: Refusing) -> None:
    hello = Replies(chat_id=5, messages=(Message(Html("привет")),))
    departures = Departures(Pace(rate=1_000, now=0.0), clock=lambda: 0.0)
    with pytest.raises(StopIteration):
        sender.deliver(bot, hello, departures).send(None)  # type: ignore[arg-type]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that the sender makes, without making them."""
    made: list[float] = []

    async def sleep(seconds: float) -> None:
        made.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return made


def test_what_certainly_did_not_leave_is_sent_again(pauses: list[float]) -> None:
    bot = Refusing(NotSent("x"), NotSent("x"), NotSent("x"))
    deliver(bot)
    assert bot.calls == 4
    assert pauses == [0.5, 1.0, 2.0]


def test_telegram_away_for_too_long_is_given_up(pauses: list[float]) -> None:
    with pytest.raises(sender.Undelivered, match="too long"):
        deliver(Refusing(*[NotSent("x")] * 200))
    assert 500 < sum(pauses) <= 600
