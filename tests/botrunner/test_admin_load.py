"""«Load and reserve»: what is measured, who sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.models import Rollup
from botrunner.capacity.load import Waiting
from botrunner.models import InboxUpdate
from botrunner.services import broker
from botrunner.services import load as measuring
from content.models import OutboxMessage
from funnels.models import Enrollment, Question
from partners import tenancy
from partners.fastsql import fetch
from partners.models import Bot, BotTraffic, BotVitals, Runner
from tests.factories import NOW, make_bot, make_lead, make_partner
from tests.personas import analyst, client_of, colleague, editor, operator, owner, stranger

pytestmark = pytest.mark.django_db

PAGE, FRAGMENT = "admin:partners_runner_changelist", "admin:partners_runner_fragment"
BACKEND = "SELECT pg_backend_pid(), backend_start, clock_timestamp() FROM pg_stat_activity WHERE pid = pg_backend_pid()"


def make_runner(name: str = "runner", **fields: Any) -> Runner:
    [(pid, started, now)] = fetch(BACKEND, [])
    values = {"host": "host", "pid": 7, "capacity": 1_000, "backend_pid": pid, "backend_start": started}
    return Runner.objects.create(name=name, **values | {"started_at": now, "heartbeat_at": now} | fields)


def message(bot: Bot, key: str, **fields: Any) -> None:
    values = {"lane": 3, "chat_id": 5, "payload": {"text": "…"}, "created_at": NOW, "not_before": NOW}
    OutboxMessage.objects.create(bot=bot, partner_id=bot.partner_id, dedupe_key=key, **values | fields)


def measured() -> Any:
    with tenancy.all_partners():
        return measuring.load(now=NOW)[0]


def test_runners_and_their_bots() -> None:
    make_runner(capacity=700, bots=2)
    make_runner("leaves", draining_at=NOW)
    make_runner("gone", ended_at=NOW)
    make_runner("alone", only_partner=1, bots=1)
    for _number in range(3):
        make_bot()
    make_bot(wanted="stopped")
    assert (measured().bots.wanted, list(measured().bots.places)) == (2, [700])


def test_updates_of_the_last_quarter_of_an_hour_and_the_oldest_one() -> None:
    bot, silent = make_bot(), make_bot(wanted="stopped")
    with tenancy.all_partners():
        for minutes, updates in ((0, 90), (15, 810), (30, 99_999)):
            at = NOW - timedelta(minutes=minutes)  # a full hour
            BotTraffic.objects.create(bot=bot, partner_id=bot.partner_id, at=at, updates=updates)
        for one, seconds in ((bot, 20), (silent, 900)):
            InboxUpdate.objects.create(
                bot=one,
                partner_id=one.partner_id,
                update_id=1,
                payload="{}",
                received_at=NOW - timedelta(seconds=seconds),
            )
    assert measured().bots.updates == 1
    assert measured().bots.unanswered == timedelta(seconds=20)


def test_the_outbox_of_the_bots_that_run() -> None:
    bot, quiet, silent = make_bot(), make_bot(), make_bot(wanted="stopped")
    with tenancy.all_partners():
        message(bot, "due", not_before=NOW - timedelta(minutes=2))
        message(silent, "nobody sends it", not_before=NOW - timedelta(days=1))
        for number in range(120):
            message(bot, f"sent {number}", state="sent", finished_at=NOW - timedelta(seconds=30))
        message(quiet, "sent", state="sent", finished_at=NOW - timedelta(seconds=30))
        message(quiet, "earlier", state="sent", finished_at=NOW - timedelta(minutes=2))
    found = measured().outbox
    assert found.lanes[3] == Waiting(1, timedelta(minutes=2))
    assert {found.lanes[lane] for lane in (0, 1, 2, 4)} == {Waiting()}
    assert (found.busiest, round(found.sent * 60)) == (2, 121)


def test_what_waits_for_workers() -> None:
    bot, silent = make_bot(), make_bot(wanted="stopped")
    with tenancy.all_partners():
        for one, minutes in ((bot, 3), (silent, 90)):
            lead, at = make_lead(one.partner), NOW - timedelta(minutes=minutes)
            places = {"sequence": "client", "round": 1, "position": 0, "next_step": "one", "entered_at": NOW}
            Enrollment.objects.create(partner=one.partner, lead=lead, state="active", fire_at=at, **places)
        Question.objects.create(
            partner=bot.partner, asker_id=1, chat_id=1, text="?", asked_at=NOW - timedelta(seconds=40)
        )
        Rollup.objects.update_or_create(pk=1, defaults={"counted_at": NOW - timedelta(seconds=7)})
    found = measured().workers
    assert (found.timer, found.question) == (timedelta(minutes=3), timedelta(seconds=40))
    assert (found.counted, found.silence) == (timedelta(seconds=7), None)


def test_spending_database_and_disks() -> None:
    spent, rich = make_bot(), make_bot()
    with tenancy.all_partners():
        for bot, roubles in ((spent, 100), (rich, 10)):
            BotVitals.objects.create(
                bot=bot, partner_id=bot.partner_id, measured_at=NOW, ai_spent=roubles, ai_cap=100, ai_hour=4
            )
    found = measured()
    assert (found.spending.spent, found.spending.cap, found.spending.exhausted, found.spending.calls) == (
        110,
        200,
        1,
        8,
    )
    assert 0 < found.database.connections < found.database.places
    assert 0 < found.database.locks < found.database.lock_room
    assert found.database.bytes > 1_000_000
    assert "partners_bot" in dict(found.database.tables) or len(found.database.tables) == 12
    assert found.disks


def test_tasks_that_wait_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"of this test {uuid4()}"  # the broker is shared
    monkeypatch.setattr(broker, "QUEUES", (name,))
    assert broker.waiting_tasks() == {name: 0}
    with current_app.connection_for_write() as connected, connected.SimpleQueue(name) as queue:
        queue.put({})
        assert broker.waiting_tasks() == {name: 1}
        queue.get().ack()


def test_a_broker_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_app.conf, "broker_read_url", "redis://127.0.0.1:1")
    assert broker.waiting_tasks() == {"celery": None, "ai": None}


def test_an_operator_sees_bars_and_what_to_do() -> None:
    make_bot()
    make_runner(name="<b>&", capacity=1)
    for url in (PAGE, FRAGMENT):
        page = client_of(operator(), "en").get(reverse(url)).content.decode()
        assert "&lt;b&gt;&amp;" in page
        assert "Start one more runner" in page
        assert 'value="100"' in page
    assert reverse(PAGE) in client_of(operator()).get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("who", [owner, colleague, editor, analyst, stranger])
def test_nobody_else_does(who: Any) -> None:
    user = who(make_partner()) if who in (owner, colleague) else who()
    client = client_of(user)
    assert {client.get(reverse(url)).status_code for url in (PAGE, FRAGMENT)} == {403}
    assert reverse(PAGE) not in client.get(reverse("admin:index")).content.decode()


def test_thirty_rows_cost_what_one_costs() -> None:
    client, counts = client_of(operator()), []
    for number in (1, 29):
        for _row in range(number):
            bot = make_bot()
            make_runner()
            with tenancy.all_partners():
                message(bot, "due")
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(PAGE))
        counts.append(len(queries))
    assert counts[0] == counts[1]
