"""The task that plans what is due: fair to every partner, and harmless when it runs twice at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from content.models import OutboxMessage
from funnels import tasks
from funnels.models import Enrollment
from funnels.services.script import NothingToSay, forget_scripts
from funnels.services.sequences import sequence_of
from funnels.services.tick import tick
from partners import clock, tenancy
from partners.models import Bot, Lead
from tests.factories import make_bot, make_partner
from tests.funnels.test_tick import NOON, publish, sequence_text
from tests.network import publish_network

DUE = NOON + timedelta(days=1)


def make_bot_with(slug: str, leads: int) -> Bot:
    """Everybody's first message is due."""
    bot = make_bot(make_partner(slug))
    with tenancy.partner(bot.partner_id):
        people = Lead.objects.bulk_create(
            Lead(partner=bot.partner, telegram_id=number, created_at=NOON, last_seen_at=NOON)
            for number in range(1, leads + 1)
        )
        Enrollment.objects.bulk_create(
            Enrollment(
                partner=bot.partner, lead=lead, sequence="weight", next_step="first", fire_at=DUE, entered_at=NOON
            )
            for lead in people
        )
    return bot


@pytest.fixture
def network() -> Iterator[None]:
    publish_network()
    publish(sequence_text())
    yield
    forget_scripts()
    sequence_of.cache_clear()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("network")
def test_who_has_much_due_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: DUE)
    monkeypatch.setattr(tasks, "BATCH", 2)
    monkeypatch.setattr(tasks, "LANES", 1)
    big, small = make_bot_with("big", 7), make_bot_with("small", 3)
    tasks.plan_warmups()
    with tenancy.all_partners():
        order = list(OutboxMessage.objects.order_by("pk").values_list("bot_id", flat=True))
    assert order == [big.pk] * 2 + [small.pk] * 2 + [big.pk] * 2 + [small.pk] + [big.pk] * 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("network")
def test_threads_share_the_partners(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first batches of three partners are open at the same time, and everybody gets a message, once."""
    monkeypatch.setattr(clock, "now", lambda: DUE)
    monkeypatch.setattr(tasks, "BATCH", 2)
    bots = [make_bot_with(f"partner{number}", leads=5) for number in range(4)]
    together, first = Barrier(tasks.LANES), iter(range(tasks.LANES))

    def meet(**of_a_batch: Any) -> int:
        if next(first, None) is not None:
            together.wait(60)
        return tick(**of_a_batch)

    monkeypatch.setattr(tasks, "tick", meet)
    tasks.plan_warmups()
    with tenancy.all_partners():
        promised = OutboxMessage.objects.values_list("bot_id", "chat_id")
        assert sorted(promised) == [(bot.pk, chat) for bot in bots for chat in range(1, 6)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("network")
def test_what_goes_wrong_for_one_partner_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(clock, "now", lambda: DUE)
    monkeypatch.setattr(tasks, "LANES", 1)
    broken, well = make_bot_with("broken", 1), make_bot_with("well", 1)

    def tick_unless_broken(*, partner_id: int, **of_a_batch: Any) -> int:
        if partner_id == broken.partner_id:
            raise NothingToSay("No funnel")
        return tick(partner_id=partner_id, **of_a_batch)

    monkeypatch.setattr(tasks, "tick", tick_unless_broken)
    tasks.plan_warmups()
    with tenancy.all_partners():
        assert [message.bot_id for message in OutboxMessage.objects.all()] == [well.pk]
    assert f"No warm-up messages planned for partner {broken.partner_id}" in caplog.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("network")
def test_two_workers_at_once_promise_nothing_twice() -> None:
    bot = make_bot_with("anna", 40)
    both_have_some = Barrier(2)

    def work() -> list[int]:
        try:
            looked_at = []
            for turn in range(5):
                with tenancy.partner(bot.partner_id):
                    looked_at.append(tick(partner_id=bot.partner_id, now=DUE, limit=10))
                    if turn == 0:  # neither has committed: each has locked what the other one left
                        both_have_some.wait(60)
            return looked_at
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        runs = [future.result() for future in [threads.submit(work), threads.submit(work)]]
    assert [run[0] for run in runs] == [10, 10]
    assert sum(map(sum, runs)) == 40
    with tenancy.partner(bot.partner_id):
        chats = list(OutboxMessage.objects.order_by("chat_id").values_list("chat_id", flat=True))
    assert chats == list(range(1, 41))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("network")
def test_a_lead_who_is_busy_elsewhere_is_left_for_the_next_tick() -> None:
    """A turn has the lead's row: the tick waits for nobody, so nobody waits for it in a circle."""
    bot = make_bot_with("anna", 2)

    def tick_beside() -> int:
        try:
            with tenancy.partner(bot.partner_id):
                return tick(partner_id=bot.partner_id, now=DUE)
        finally:
            connection.close()

    with tenancy.partner(bot.partner_id), ThreadPoolExecutor(1) as thread:
        Lead.objects.filter(telegram_id=1).update(last_seen_at=datetime(2026, 3, 3, tzinfo=UTC))
        assert thread.submit(tick_beside).result() == 1
    with tenancy.partner(bot.partner_id):
        assert tick(partner_id=bot.partner_id, now=DUE) == 1
