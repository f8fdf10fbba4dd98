"""Updates that Telegram brings: checked, stored before they are taken, handled once whoever received them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.core.management import CommandError, call_command

from botrunner import supervisor
from botrunner.sandbox.state import Webhook
from botrunner.services.webhooks import Addressee, Arrived
from botrunner.webhooks import hook
from botrunner.webhooks.address import is_secret, secret_of, telegram_id_in, url_of
from botrunner.webhooks.gather import Gather, Unfit
from botrunner.webhooks.health import Trouble, judge
from partners import tenancy
from partners.models import Bot
from partners.services import bots
from tests.botrunner.disasters import until
from tests.botrunner.test_runners import BOTS, everybody_answers, join, nothing_is_left, owners, until_answered
from tests.botrunner.walking import go, inbox_rows, open_bot, wait_for_state, wait_until_closed
from tests.factories import NOW, make_bot
from tests.runner import RunnerThread, now
from tests.telegram import SandboxServer

State = Bot.State


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(hook, "CHECK_EVERY", 0.2)


@pytest.fixture
def runner(anna: Bot, tg: SandboxServer) -> Iterator[RunnerThread]:
    with RunnerThread(tg.url, webhook=True) as thread:
        wait_for_state(anna, state=State.RUNNING)
        yield thread


# -- what is taken ---------------------------------------------------------------------------------------------------


def send(runner: RunnerThread, bot: Bot, body: bytes, secret: str | None = None, method: str = "POST") -> int:
    url = url_of(f"http://127.0.0.1:{runner.port}", bot.telegram_id)
    told = secret_of(bot.telegram_id) if secret is None else secret
    response = requests.request(method, url, data=body, headers={"X-Telegram-Bot-Api-Secret-Token": told}, timeout=10)
    return response.status_code


def update(update_id: int, **content: Any) -> bytes:
    return json.dumps({"update_id": update_id, **content}).encode()


def test_only_what_telegram_brings_is_taken(anna: Bot, runner: RunnerThread, tg: SandboxServer) -> None:
    stranger = Bot(telegram_id=999_999)
    nested = b'{"update_id":' + b"[" * 100_000
    assert send(runner, anna, update(1), secret="guessed") == 403
    assert send(runner, anna, update(1), secret="") == 403
    assert send(runner, stranger, update(1)) == 404
    assert send(runner, anna, b"", method="GET") == 405
    for nonsense in (b"{", b"[]", b"\xff", update(-1), update(2**63), b'{"update_id":true}', nested):
        assert send(runner, anna, nonsense) == 400
    assert send(runner, anna, b'{"update_id":7,"x":"' + b"x" * 1_000_001 + b'"}') == 413
    assert inbox_rows(anna) == []
    assert requests.get(f"http://127.0.0.1:{runner.port}/", timeout=10).status_code == 404


def test_what_was_taken_is_stored_and_taken_once(anna: Bot, runner: RunnerThread) -> None:
    for _again in range(2):
        assert send(runner, anna, update(7, message={"nonsense": "\x00 \ud800"})) == 200
    assert [row.update_id for row in inbox_rows(anna)] == [7]
    wait_until_closed(anna, 1)
    assert inbox_rows(anna)[0].error.startswith("malformed")


def test_a_stopped_bots_updates_wait_at_telegram(
    anna: Bot, runner: RunnerThread, tg: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botrunner.webhooks.directory.FRESH", 0.0)
    chat = open_bot(tg)
    with tenancy.all_partners():
        bots.want_stopped(bot=anna, now=now())
    wait_for_state(anna, state=State.STOPPED)
    chat.send("💼 Бизнес")
    until(lambda: "503" in (tg.world.state.bots[anna.telegram_id].webhook or Webhook("")).last_error, "it is refused")
    assert len(inbox_rows(anna)) == 1
    with tenancy.all_partners():
        bots.want_running(bot=anna, now=now())
    chat.wait_text("это не зарплата и не вклад")


@pytest.mark.django_db(transaction=True)
def test_an_update_that_does_not_fit_spoils_no_other() -> None:
    bot = make_bot()
    here = Addressee(bot.pk, bot.partner_id, True)
    gone = Addressee(bot.pk + 1, bot.partner_id, True)  # deleted since it was looked up

    async def store() -> list[object]:
        gather = Gather(clock=lambda: NOW)
        arrived = [Arrived(here, 1, "{}"), Arrived(gone, 2, "{}"), Arrived(here, 3, "{}")]
        return await asyncio.gather(*map(gather.store, arrived), return_exceptions=True)

    first, second, third = asyncio.run(store())
    assert (first, third) == (None, None)
    assert isinstance(second, Unfit)
    assert [row.update_id for row in inbox_rows(bot)] == [1, 3]


# -- from Telegram to the answer -------------------------------------------------------------------------------------


def test_a_person_is_answered_without_a_poll(anna: Bot, runner: RunnerThread, tg: SandboxServer) -> None:
    chat = open_bot(tg)
    go(chat, "🍎 Хочу улучшить здоровье", "🔥 Похудеть")
    wait_until_closed(anna, 3)
    assert tg.calls("getUpdates") == []
    assert [call.params["drop_pending_updates"] for call in tg.calls("setWebhook")] == [False]


def test_switching_there_and_back_loses_nothing(anna: Bot, tg: SandboxServer) -> None:
    """While a person goes on: nothing is asked twice, nothing answered twice."""
    with RunnerThread(tg.url):
        chat = open_bot(tg)
    chat.press("🍎 Хочу улучшить здоровье")  # waits at Telegram
    with RunnerThread(tg.url, webhook=True):
        chat.wait_text("Выбери одну тему")
        go(chat, "🔥 Похудеть")
    chat.press("И что с этим делать?")
    with RunnerThread(tg.url):
        wait_until_closed(anna, 4)
        go(chat, "Да, подбери")
    wait_until_closed(anna, 5)
    assert [row.update_id for row in inbox_rows(anna)] == sorted({row.update_id for row in inbox_rows(anna)})
    assert {call.params["drop_pending_updates"] for call in tg.calls("deleteWebhook")} == {False}
    assert len(tg.calls("sendMessage")) == 2, "everything after the welcome edits its screen"


def test_any_receiver_takes_updates_for_any_owner(network: None, tg: SandboxServer) -> None:
    for number in range(BOTS):
        join(tg, number)
    with RunnerThread(tg.url, name="first", webhook=True), RunnerThread(tg.url, name="second", webhook=True):
        until(lambda: sum(owners().values()) == BOTS, "all run")
        everybody_answers(tg, "Иван")
        hooks = {bot.webhook.url.partition("/telegram")[0] for bot in tg.world.state.bots.values() if bot.webhook}
        assert len(hooks) <= 2
        until_answered(BOTS)
    nothing_is_left(tg)


# -- a webhook that is lost ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["", "https://somebody.example/else"])
def test_a_lost_webhook_is_set_again(anna: Bot, runner: RunnerThread, tg: SandboxServer, url: str) -> None:
    account = tg.world.state.bots[anna.telegram_id]
    account.webhook = Webhook(url) if url else None
    until(lambda: account.webhook is not None and str(runner.port) in account.webhook.url, "it is set again")
    assert open_bot(tg).bot_messages
    until(lambda: "lost" in wait_for_state(anna).last_error, "it is told")


def test_a_secret_that_has_changed_is_told_anew(anna: Bot, runner: RunnerThread, tg: SandboxServer) -> None:
    account = tg.world.state.bots[anna.telegram_id]
    assert account.webhook is not None
    account.webhook.secret = "of-another-key"
    assert open_bot(tg).bot_messages
    assert account.webhook.secret == secret_of(anna.telegram_id)


URL, KINDS = "https://hook.example/telegram/1", ["message"]
GOOD = {"url": URL, "allowed_updates": KINDS, "pending_update_count": 0}
FAILING = {"last_error_date": 5, "last_error_message": "Connection refused"}
REFUSED = {"last_error_date": 5, "last_error_message": "Wrong response from the webhook: 403 Forbidden"}


@pytest.mark.parametrize(
    ("before", "info", "trouble"),
    [
        ({}, {"url": ""}, Trouble.LOST),
        ({}, GOOD, None),
        (GOOD, GOOD | {"allowed_updates": ["poll"]}, Trouble.KINDS),
        (GOOD, GOOD | REFUSED, Trouble.REFUSED),
        (GOOD | REFUSED, GOOD | REFUSED, None),  # the same error as before: it was answered already
        (GOOD | {"pending_update_count": 2}, GOOD | FAILING | {"pending_update_count": 2}, Trouble.STUCK),
        (GOOD | {"pending_update_count": 2}, GOOD | FAILING | {"pending_update_count": 1}, None),  # it catches up
        (GOOD, GOOD | {"pending_update_count": 9}, None),  # a busy moment
        ({}, GOOD | FAILING | {"pending_update_count": 2}, Trouble.STUCK),  # since the bot was stopped
        ({}, GOOD | FAILING, None),
    ],
)
def test_what_is_wrong_with_a_webhook(before: dict[str, Any], info: dict[str, Any], trouble: Trouble | None) -> None:
    assert judge(info, before, url=URL, allowed=KINDS) == trouble


@pytest.mark.parametrize(
    ("path", "number"),
    [("/telegram/17", 17), ("/hooks/telegram/17", 17), ("/telegram/", None), ("/telegram/x", None), ("/17", None),
     ("/telegram/" + "9" * 21, None), ("/telegram/१७", None)],
)  # fmt: skip
def test_which_bot_an_address_names(path: str, number: int | None) -> None:
    assert telegram_id_in(path) == number


def test_every_bot_has_a_secret_of_its_own() -> None:
    assert is_secret(17, secret_of(17).encode())
    assert not is_secret(18, secret_of(17).encode())
    assert not is_secret(17, "ключ".encode())


def test_a_receiver_needs_an_address() -> None:
    with pytest.raises(CommandError, match="WEBHOOK_URL"):
        call_command("runbots", "--webhook")
