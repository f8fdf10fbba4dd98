"""The two addresses that show and move the sandbox's clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.botrunner.bot_client import TOKEN
from tests.telegram import PersonDriver, SandboxServer

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class HandClock:
    """Stands still until it is moved; a bot writes on arrival when told to."""

    def __init__(self) -> None:
        self.passed = timedelta(0)
        self.planned: dict[tuple[int, int], datetime] = {}
        self.on_arrival: Callable[[], object] = lambda: None

    def now(self) -> datetime:
        return BEGIN + self.passed

    def ahead(self) -> timedelta:
        return self.passed

    async def next_message(self, *, bot_id: int, person_id: int) -> datetime | None:
        return self.planned.get((bot_id, person_id))

    async def travel(self, *, to: datetime, moved: Callable[[], None]) -> None:
        self.passed = to - BEGIN
        moved()
        self.on_arrival()


@pytest.fixture
def hand() -> HandClock:
    return HandClock()


@pytest.fixture
def moved(hand: HandClock) -> Iterator[SandboxServer]:
    """A Telegram whose clock the hand moves."""
    with SandboxServer(now=hand.now, machine=hand) as server:
        server.add_bot(TOKEN, "anna_bot", "Анна")
        yield server


@pytest.fixture
def ivan(moved: SandboxServer) -> PersonDriver:
    return moved.person("Иван")


def ask(tg: SandboxServer, person: PersonDriver, **query: str) -> Any:
    return requests.get(f"{tg.url}/api/clock", params={"as": str(person.id), **query}, timeout=10).json()


def move(tg: SandboxServer, person: PersonDriver, body: object, **headers: str) -> requests.Response:
    address = f"{tg.url}/api/clock"
    return requests.post(address, params={"as": str(person.id)}, json=body, headers=headers, timeout=10)


def test_the_clock_goes_ahead_by_hours_and_days(moved: SandboxServer, ivan: PersonDriver) -> None:
    assert ask(moved, ivan) == {"now": BEGIN.timestamp(), "ahead": 0, "next": None}
    assert move(moved, ivan, {"by": "hour"}).json()["ahead"] == HOUR.total_seconds()
    assert move(moved, ivan, {"by": "day"}).json()["now"] == (BEGIN + HOUR + DAY).timestamp()
    home = requests.get(f"{moved.url}/api/home", timeout=10).json()
    assert home["clock"] == {"now": (BEGIN + HOUR + DAY).timestamp(), "ahead": (HOUR + DAY).total_seconds()}


def test_to_the_next_message_of_the_bot_in_view(moved: SandboxServer, hand: HandClock, ivan: PersonDriver) -> None:
    chat = ivan.open("anna_bot")
    chat.send("привет")
    hand.planned[100, ivan.id] = BEGIN + 3 * DAY
    hand.on_arrival = lambda: moved.world.post(chat.chat, 100, {"text": "Доброе утро"})
    assert ask(moved, ivan, chat=chat.chat.key)["next"] == (BEGIN + 3 * DAY).timestamp()
    told = move(moved, ivan, {"chat": chat.chat.key}).json()
    assert told == {"now": (BEGIN + 3 * DAY).timestamp(), "ahead": (3 * DAY).total_seconds(), "written": 1}


def test_where_nothing_is_planned_a_sentence_says_so(moved: SandboxServer, hand: HandClock, ivan: PersonDriver) -> None:
    chat = ivan.open("anna_bot")
    chat.send("привет")
    refused = move(moved, ivan, {"chat": chat.chat.key})
    assert (refused.status_code, "Ничего не запланировано" in refused.json()["error"]) == (409, True)
    group = moved.group("Группа", owner=ivan)
    assert "Откройте чат с ботом" in move(moved, ivan, {"chat": group.key}).json()["error"]
    assert "Откройте чат с ботом" in move(moved, ivan, {"chat": "100:1"}).json()["error"]
    assert hand.passed == timedelta(0)


def test_polls_are_renewed_so_that_no_bot_seems_dead(moved: SandboxServer, ivan: PersonDriver) -> None:
    poll = f"{moved.url}/bot{TOKEN}/getUpdates?timeout=50"
    with ThreadPoolExecutor(1) as thread:
        answered = thread.submit(requests.get, poll, timeout=10)
        moved.wait_for(lambda: moved.waiting_pollers() == 1)
        move(moved, ivan, {"by": "hour"})
        assert answered.result(5).json() == {"ok": True, "result": []}


@pytest.mark.parametrize("body", [[], "day", {"by": "month"}, {"by": ["day"]}, {"by": -1}])
def test_nothing_else_moves_it(moved: SandboxServer, hand: HandClock, ivan: PersonDriver, body: object) -> None:
    assert move(moved, ivan, body).status_code in (400, 409)
    assert hand.passed == timedelta(0)


def test_another_site_does_not_move_it(moved: SandboxServer, hand: HandClock, ivan: PersonDriver) -> None:
    assert move(moved, ivan, {"by": "day"}, Origin="http://evil.example").status_code == 403
    form = requests.post(f"{moved.url}/api/clock", data={"by": "day"}, timeout=10)
    assert form.status_code == 404
    assert hand.passed == timedelta(0)


def test_where_the_clock_is_the_real_one_there_is_nothing_to_move(tg: SandboxServer) -> None:
    ivan = tg.person("Иван")
    assert requests.get(f"{tg.url}/api/clock", timeout=10).status_code == 404
    assert move(tg, ivan, {"by": "day"}).status_code == 404
    assert requests.get(f"{tg.url}/api/home", timeout=10).json()["clock"] is None
