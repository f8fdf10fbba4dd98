"""The fleet: what rows want is what runs, one owner per bot, and a bad bot is one row's trouble."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from botrunner import polling, running, supervisor
from botrunner.sandbox.state import Webhook
from botrunner.services import fleet
from partners import tenancy
from partners.fields import Secret
from partners.models import Bot
from partners.services import bots
from tests.botrunner.disasters import until
from tests.botrunner.walking import events, go, open_bot, screen, wait_for_state, wait_until_closed
from tests.factories import NOW, make_bot, make_partner, token_of
from tests.runner import RunnerThread
from tests.telegram import SandboxServer

State = Bot.State


@pytest.fixture
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "LOOK_EVERY", 0.1)


def now() -> datetime:
    return datetime.now(UTC)


def join(tg: SandboxServer, slug: str) -> Bot:
    """One more partner; the bot is there at once, for the runner and for Telegram."""
    token = token_of(500_000 + len(tg.world.state.bots))
    tg.add_bot(token=token, username=f"{slug}_bot", name=slug)
    partner = make_partner(slug)
    with tenancy.all_partners():
        return bots.add_bot(partner=partner, token=Secret(token), username=f"{slug}_bot", now=now())


def test_a_bot_that_is_added_answers_at_once(anna: Bot, tg: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "LOOK_EVERY", 3_600.0)  # it is the notice that tells of it
    with RunnerThread(tg.url):
        open_bot(tg)
        bot = join(tg, "dana")
        assert open_bot(tg, username="dana_bot").bot_messages
        assert events(bot) == [("started", "welcome"), ("screen_shown", "welcome")]


@pytest.mark.usefixtures("quick_looks")
def test_stop_start_and_restart(anna: Bot, tg: SandboxServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "botrunner.running")
    neighbour = join(tg, "dana")
    with RunnerThread(tg.url):
        chat = open_bot(tg)
        other = open_bot(tg, username="dana_bot")
        with tenancy.all_partners():
            bots.want_stopped(bot=anna, now=now())
        wait_for_state(anna, state=State.STOPPED, runner="")
        chat.send("💼 Бизнес")
        go(other, "🍎 Хочу улучшить здоровье")
        assert len(chat.bot_messages) == 2
        with tenancy.all_partners():
            bots.want_running(bot=anna, now=now())
        chat.wait_text("это не зарплата и не вклад")
        with tenancy.all_partners():
            bots.restart(bot=anna, now=now())
        wait_for_state(anna, state=State.RUNNING, running_generation=2, runner="tests:1")
        go(chat, "10–30 тысяч в месяц")
    wait_for_state(anna, state=State.STOPPED)
    told = [record.getMessage() for record in caplog.records if record.getMessage().startswith(f"bot {anna.pk} has")]
    assert told == [f"bot {anna.pk} has {what}" for what in ("begun", "stopped") * 3]
    assert wait_for_state(neighbour, state=State.STOPPED).running_generation == 1
    polls = [call for call in tg.calls("getUpdates", bot_id=neighbour.telegram_id) if call.params["timeout"] == 0]
    assert len(polls) == 1, "the neighbour was started once"


@pytest.mark.usefixtures("quick_looks")
def test_a_new_token_is_taken_up(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        open_bot(tg)
        wait_for_state(anna, state=State.RUNNING)
        tg.revoke(anna.token.reveal())
        poke = tg.person("Пётр").open("anna_bot")
        poke.send("/start")
        wait_for_state(anna, state=State.FAILED)
        new = f"{anna.telegram_id}:AAnew{'0' * 30}"
        tg.add_bot(token=new, username="anna_bot", name="Анна")
        with tenancy.all_partners():
            assert bots.replace_token(bot=anna, token=Secret(new), now=now())
        poke.wait_for(screen)
        wait_for_state(anna, state=State.RUNNING, running_generation=2)


@pytest.mark.usefixtures("quick_looks")
def test_bad_tokens_are_the_trouble_of_their_own_rows(
    anna: Bot, tg: SandboxServer, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("", "asyncio", "telegram", "telegram.ext", "aiohttp", "botrunner", "partners"):
        caplog.set_level(logging.DEBUG, name)
    good = [join(tg, f"good{number}") for number in range(28)]
    wrong = make_bot(make_partner("wrong"))  # Telegram has never heard of it
    with RunnerThread(tg.url):
        for bot in good:
            wait_for_state(bot, state=State.RUNNING)
        tg.revoke(anna.token.reveal())
        tg.person("Иван").open("anna_bot").send("/start")
        for bot in (anna, wrong):
            wait_for_state(bot, state=State.FAILED)
            assert bot.last_error.startswith("Telegram не принимает токен")
            assert bot.last_error_at is not None
        for bot in good[:3]:
            assert open_bot(tg, username=bot.username).bot_messages
    secrets = [bot.token.reveal().partition(":")[2] for bot in (anna, wrong, *good)]
    told = "\n".join(record.getMessage() + str(record.exc_info) + str(record.args) for record in caplog.records)
    assert not [secret for secret in secrets if secret in told]
    assert f"bot {wrong.pk}: Telegram does not accept its token" in told
    assert "getUpdates" in told or "Processing update" in told, "the libraries did write at DEBUG"


@pytest.mark.usefixtures("quick_looks")
def test_another_program_with_the_same_token(anna: Bot, tg: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "CONFLICT_PAUSE", 0.3)
    with RunnerThread(tg.url):
        chat = open_bot(tg)
        tg.fail_next("getUpdates", 409, "Conflict: terminated by other getUpdates request", times=1_000_000)
        chat.send("вопрос")  # ends the poll that waits now
        wait_for_state(anna, state=State.FAILED)
        assert anna.last_error.startswith("Обновления этого бота получает другая программа")
        tg.clear_faults()
        wait_for_state(anna, state=State.RUNNING)
        go(chat, "🍎 Хочу улучшить здоровье")


@pytest.mark.usefixtures("quick_looks")
def test_a_webhook_that_stands_in_the_way_is_removed(
    anna: Bot, tg: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "CONFLICT_PAUSE", 0.05)
    tg.world.state.bots[anna.telegram_id].webhook = Webhook("https://old.example/hook")
    with RunnerThread(tg.url):
        assert open_bot(tg).bot_messages
        wait_for_state(anna, state=State.RUNNING)
    assert [call.params["drop_pending_updates"] for call in tg.calls("deleteWebhook")] == [False]
    assert "webhook" in anna.last_error.lower()


def test_get_me_is_asked_once(anna: Bot, tg: SandboxServer) -> None:
    for _start in range(2):
        with RunnerThread(tg.url):
            tg.wait_for(lambda: tg.waiting_pollers() == 1)
    assert len(tg.calls("getMe")) == 1
    assert (wait_for_state(anna, username="anna_bot").me or {})["first_name"] == "Анна"


@pytest.mark.usefixtures("quick_looks")
def test_telegram_away_at_the_start(anna: Bot, tg: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "LONGEST_PAUSE", 0.2)
    tg.stop()
    with RunnerThread(tg.url):
        until(lambda: "Telegram" in wait_for_state(anna).last_error, "the trouble is told")
        assert anna.token.reveal().partition(":")[2] not in anna.last_error
        tg.start()
        wait_for_state(anna, state=State.RUNNING)
        assert open_bot(tg).bot_messages


# -- several runners -------------------------------------------------------------------------------------------------


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STARTED_AT_ONCE", 2)
    monkeypatch.setattr(supervisor, "LOOK_EVERY", 0.1)


def owners(fleet_bots: list[Bot]) -> list[str]:
    return [wait_for_state(bot).runner for bot in fleet_bots]


@pytest.mark.usefixtures("small_steps")
def test_a_stand_by_runner_takes_over(network: None, tg: SandboxServer) -> None:
    team = [join(tg, f"bot{number}") for number in range(5)]
    first, second = RunnerThread(tg.url, name="first"), RunnerThread(tg.url, name="second")
    with second:
        with first:
            until(lambda: tg.waiting_pollers() == 5, "all poll")
            chat = open_bot(tg, username="bot0_bot")
            assert set(owners(team)) <= {"first", "second"}
        until(lambda: owners(team) == ["second"] * 5, "the second has all")
        go(chat, "🍎 Хочу улучшить здоровье")
        wait_until_closed(team[0], 2)
    assert [wait_for_state(bot).last_error for bot in team] == [""] * 5, "no two polled one bot"
    assert len(chat.bot_messages) == 2


@pytest.mark.usefixtures("quick_looks")
def test_a_bot_changes_hands_only_when_nothing_is_in_them(anna: Bot, tg: SandboxServer) -> None:
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(RunnerThread(tg.url, name="first"))
        chat = open_bot(tg)
        second.enter_context(RunnerThread(tg.url, name="second"))
        tg.fail_next("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
        chat.send("/unknown")
        tg.wait_for(lambda: any(call.error == 429 for call in tg.calls()))
        first.close()
        wait_for_state(anna, state=State.RUNNING, runner="second")
        wait_until_closed(anna, 2)
    assert [message.text[:15] for message in chat.bot_messages[2:]] == ["Такие сообщения"]


@pytest.mark.usefixtures("small_steps")
def test_the_bots_of_another_runner_are_not_waited_for(network: None, tg: SandboxServer) -> None:
    team = [join(tg, f"bot{number}") for number in range(5)]
    busy = [RunnerThread(tg.url, name=bot.username, partner_id=bot.partner_id) for bot in team[:3]]
    with busy[0], busy[1], busy[2]:
        until(lambda: tg.waiting_pollers() == 3, "three poll")
        with RunnerThread(tg.url, name="everybody"):
            until(lambda: tg.waiting_pollers() == 5, "all poll")


@pytest.mark.usefixtures("small_steps")
def test_a_runner_of_one_partner_leaves_the_others_alone(network: None, tg: SandboxServer) -> None:
    mine, other = join(tg, "mine"), join(tg, "other")
    with RunnerThread(tg.url, partner_id=mine.partner_id):
        wait_for_state(mine, state=State.RUNNING)
        assert wait_for_state(other).state == State.STOPPED
    assert {call.bot_id for call in tg.calls("getUpdates")} == {mine.telegram_id}


@pytest.mark.usefixtures("small_steps")
def test_the_runner_of_one_partner_gets_its_bot_from_the_others_and_leaves_it_to_them(
    network: None, tg: SandboxServer
) -> None:
    mine, other = join(tg, "mine"), join(tg, "other")
    with RunnerThread(tg.url, name="everybody"):
        until(lambda: tg.waiting_pollers() == 2, "both poll")
        with RunnerThread(tg.url, name="own", partner_id=mine.partner_id):
            wait_for_state(mine, state=State.RUNNING, runner="own")
            assert wait_for_state(other).runner == "everybody"
        wait_for_state(mine, state=State.RUNNING, runner="everybody")
    assert [wait_for_state(bot).last_error for bot in (mine, other)] == ["", ""], "no two polled one bot"


def test_a_stop_finishes_what_is_at_hand(anna: Bot, tg: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "DRAIN_SECONDS", 60.0)
    tg.world.faults.latency = 0.2
    with RunnerThread(tg.url):
        chats = [tg.person(f"Человек {number}").open("anna_bot") for number in range(10)]
        for chat in chats:
            chat.send("/start")
        tg.wait_for(lambda: len(tg.calls("sendMessage")) >= 5)
    answered = len([chat for chat in chats if chat.bot_messages])
    assert [bool(screen(chat)) for chat in chats].count(True) == answered
    assert answered >= 5
    wait_until_closed(anna, answered)


# -- what is told of a bot -------------------------------------------------------------------------------------------


def test_the_heart_beats_only_while_polls_are_answered() -> None:
    pulse = fleet.Pulse(bot_id=1, generation=1)
    assert pulse.beat(NOW) is None
    pulse.answered_at = NOW
    assert pulse.beat(NOW + fleet.SILENCE / 2) == NOW + fleet.SILENCE / 2
    assert pulse.beat(NOW + fleet.SILENCE) == NOW


def test_only_news_are_reported() -> None:
    pulse = fleet.Pulse(bot_id=1, generation=1)
    assert pulse.has_news(NOW)
    pulse.was_reported(NOW)
    assert not pulse.has_news(NOW)
    assert pulse.has_news(NOW + fleet.BEAT_EVERY)
    pulse.failed("x" * 600, NOW)
    assert pulse.has_news(NOW)
    assert len(pulse.error) == 500


def test_keys_hide_the_token() -> None:
    assert repr(fleet.Keys("1:secret", None, "")) == "Keys(…)"


@pytest.mark.django_db
def test_wishes_for_all_bots_and_for_one_partners() -> None:
    boss = make_partner(telegram_id=71, admin_telegram_ids=[72, 73])
    running = make_bot(boss, generation=4, state="running", self_test_wanted_at=NOW, panel_menus={"71": "a"})
    stopped = make_bot(make_partner(), wanted="stopped", state="running", topics_wanted_at=NOW)
    with tenancy.all_partners():
        one, other = fleet.wishes()
        assert fleet.wishes(partner_id=stopped.partner_id) == [other]
    assert one == fleet.Wish(
        running.pk, boss.pk, running=True, generation=4, state="running", self_test=True, owner_id=71,
        helper_ids=(72, 73), panel_menus={"71": "a"},
    )  # fmt: skip
    assert (other.bot_id, other.running, other.topics, other.looks_alive) == (stopped.pk, False, True, True)
