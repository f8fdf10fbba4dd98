"""Several runners: shares, takeover, the end of whoever is frozen, and a stop that nobody notices."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from botrunner import peers, supervisor
from botrunner.models import InboxUpdate
from partners import tenancy
from partners.fields import Secret
from partners.models import Bot, Runner
from partners.services import bots
from partners.services.runners import runners
from tests.botrunner.disasters import LEASE, RunnerProcess, run_quick_bots, until
from tests.factories import make_partner, token_of
from tests.runner import RunnerThread
from tests.telegram import SandboxServer

BOTS = 6


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(peers, "BEAT_EVERY", 0.1)
    monkeypatch.setattr(peers, "SETTLED", 0.3)


@pytest.fixture
def team(network: None, tg: SandboxServer) -> list[Bot]:
    return [join(tg, number) for number in range(BOTS)]


def join(tg: SandboxServer, number: int) -> Bot:
    token, name = token_of(500_000 + number), f"bot{number}"
    tg.add_bot(token=token, username=f"{name}_bot", name=name)
    partner = make_partner(name)
    with tenancy.all_partners():
        now = datetime.now(UTC)
        return bots.add_bot(partner=partner, token=Secret(token), username=f"{name}_bot", now=now)


def owners() -> dict[str, int]:
    with tenancy.all_partners():
        return dict(Counter(Bot.objects.filter(state=Bot.State.RUNNING).values_list("runner", flat=True)))


def until_owned(**expected: int) -> None:
    until(lambda: owners() == expected, f"bots are owned as {expected}")


def everybody_answers(tg: SandboxServer, who: str) -> None:
    for number in range(BOTS):
        chat = tg.person(who).open(f"bot{number}_bot")
        chat.start()
        chat.wait_for(lambda c: len(c.bot_messages) == 2)


def until_answered(count: int) -> None:
    """A little after the answer itself: they are marked many at once."""

    def answered() -> bool:
        with tenancy.all_partners():
            return InboxUpdate.objects.filter(answered_at__isnull=False, failed_at=None).count() == count

    until(answered, f"{count} updates are answered")


def nothing_is_left(tg: SandboxServer) -> None:
    """Every update handled and answered once: the network's welcome has two messages."""
    with tenancy.all_partners():
        assert not InboxUpdate.objects.filter(answered_at__isnull=True).exists()
        assert not Bot.objects.exclude(last_error="").exists()
    sent = Counter((call.bot_id, call.params["chat_id"]) for call in tg.calls("sendMessage"))
    assert set(sent.values()) == {2}


# -- shares ----------------------------------------------------------------------------------------------------------


def test_who_joins_gets_a_share_and_nobody_is_asked_who_he_is_again(team: list[Bot], tg: SandboxServer) -> None:
    with RunnerThread(tg.url, name="first"):
        until_owned(first=BOTS)
        asked = len(tg.calls("getMe"))
        with RunnerThread(tg.url, name="second"):
            until_owned(first=3, second=3)
            everybody_answers(tg, "Иван")
            assert {(runner.name, runner.bots, runner.alive) for runner in runners()} >= {("first", 3, True)}
        until_owned(first=BOTS)
        everybody_answers(tg, "Пётр")
    assert len(tg.calls("getMe")) == asked == BOTS
    nothing_is_left(tg)


def test_a_runner_takes_no_more_than_it_can_carry(team: list[Bot], tg: SandboxServer) -> None:
    with RunnerThread(tg.url, name="small", capacity=2):
        until_owned(small=2)
        with RunnerThread(tg.url, name="big"):
            until_owned(small=2, big=4)


def test_a_drained_runner_hands_over_and_stays_without_bots(team: list[Bot], tg: SandboxServer) -> None:
    with RunnerThread(tg.url, name="first"), RunnerThread(tg.url, name="second"):
        until_owned(first=3, second=3)
        out = StringIO()
        call_command("manage_partners", "drain", "first", stdout=out)
        until_owned(second=BOTS)
        everybody_answers(tg, "Иван")
        assert owners() == {"second": BOTS}
        call_command("manage_partners", "runners", stdout=out)
    assert "first" in out.getvalue()
    assert "second" in out.getvalue()
    nothing_is_left(tg)


@pytest.mark.django_db
def test_nobody_can_drain_a_runner_that_is_not_there() -> None:
    with pytest.raises(CommandError, match="nobody:1"):
        call_command("manage_partners", "drain", "nobody:1")


# -- the end of a runner ---------------------------------------------------------------------------------------------


@pytest.fixture
def heir(team: list[Bot], tg: SandboxServer) -> Iterator[RunnerThread]:
    """Quick to give and to take, unlike the process."""
    with RunnerThread(tg.url, name="heir") as thread:
        until_owned(heir=BOTS)
        yield thread


@pytest.fixture
def process(tg: SandboxServer, team: list[Bot]) -> Iterator[RunnerProcess]:
    with RunnerProcess(tg, run_quick_bots) as started:
        yield started


def until_shared() -> str:
    """The name of the process."""
    until(lambda: sorted(owners().values()) == [3, 3], "shared out")
    return next(owner for owner in owners() if owner != "heir")


def test_kill_9_costs_one_look(heir: RunnerThread, tg: SandboxServer, process: RunnerProcess) -> None:
    until_shared()
    process.kill()
    until_owned(heir=BOTS)
    everybody_answers(tg, "Иван")
    until_answered(BOTS)
    nothing_is_left(tg)


def test_who_is_frozen_loses_its_bots_and_says_nothing_when_it_thaws(
    heir: RunnerThread, tg: SandboxServer, process: RunnerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "STEADY", 0.0)
    frozen = until_shared()
    process.signal(signal.SIGSTOP)
    thaws_at = time.monotonic() + LEASE + 0.2
    for number in range(BOTS):  # some lie in its sockets when it thaws
        tg.person("Пётр").open(f"bot{number}_bot").start()
    age_heartbeat(frozen)
    until_owned(heir=BOTS)
    until(lambda: time.monotonic() > thaws_at, "its lease is over")
    process.signal(signal.SIGCONT)
    everybody_answers(tg, "Иван")
    until_owned(heir=3, **{frozen: 3})
    everybody_answers(tg, "Анна")
    until_answered(3 * BOTS)
    sent = Counter((call.bot_id, call.params["chat_id"]) for call in tg.calls("sendMessage"))
    assert set(sent.values()) == {2}


def age_heartbeat(name: str) -> None:
    """It cannot be waited for in a test that shall be quick."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE partners_runner SET heartbeat_at = heartbeat_at - interval '1 min' WHERE name = %s", [name]
        )
    assert Runner.objects.filter(name=name).exists()


def test_a_stop_does_not_wait_for_a_database_that_is_away(
    team: list[Bot], tg: SandboxServer, process: RunnerProcess
) -> None:
    until(lambda: sum(owners().values()) == BOTS, "the process has all")
    (row,) = Runner.objects.filter(ended_at__isnull=True)
    assert (row.name, row.capacity) == (f"{row.host}:{row.pid}", settings.RUNNER_CAPACITY)
    name = connection.settings_dict["NAME"]
    connection.close()
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as other:
        other.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
        try:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            process.signal(signal.SIGTERM)
            until(process.has_ended, "the process ends")
        finally:
            other.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')
