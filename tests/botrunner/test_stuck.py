"""No message stays «being sent» for ever."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from django.db import connection

from botrunner.ownership import Ownership
from botrunner.services import stuck
from botrunner.tasks import sweep_outbox
from content.models import OutboxMessage
from partners import clock, tenancy
from partners.models import Bot
from tests.factories import NOW, make_bot

State, Lane = OutboxMessage.State, OutboxMessage.Lane
LONG_AGO = NOW - timedelta(minutes=6)


def sending(bot: Bot, claimed_at: datetime, lane: OutboxMessage.Lane = Lane.BROADCAST, reason: str = "") -> None:
    with tenancy.partner(bot.partner_id):
        OutboxMessage.objects.create(
            partner_id=bot.partner_id, bot=bot, chat_id=1, lane=lane, state=State.SENDING, reason=reason,
            dedupe_key=f"{lane}{claimed_at}{reason}", payload={"text": "Акция"}, created_at=NOW, not_before=NOW,
            claimed_at=claimed_at,
        )  # fmt: skip


def states(bot: Bot) -> list[tuple[str, str]]:
    with tenancy.partner(bot.partner_id):
        return list(OutboxMessage.objects.order_by("pk").values_list("state", "reason"))


def sweep() -> int:
    with tenancy.all_partners():
        return stuck.sweep(now=NOW)


@pytest.mark.django_db
def test_of_a_bot_that_nobody_runs_a_person_decides_and_alerts_go_out_again() -> None:
    bot, recent = make_bot(), make_bot()
    sending(bot, LONG_AGO)
    sending(bot, LONG_AGO, Lane.ALERT)
    sending(bot, LONG_AGO, Lane.ALERT, reason="erased")  # taken back while it was being sent
    sending(recent, NOW - timedelta(minutes=1))
    assert [sweep(), sweep()] == [1, 0]
    assert states(bot) == [(State.UNKNOWN, "interrupted"), (State.QUEUED, ""), (State.SKIPPED, "erased")]
    assert states(recent) == [(State.SENDING, "")]


@pytest.mark.django_db(transaction=True)
def test_what_a_running_bot_is_sending_is_left_to_it() -> None:
    bot = make_bot()
    sending(bot, LONG_AGO)

    async def while_owned() -> int:
        async with await Ownership.connect() as ownership:
            assert await ownership.take([bot.pk]) == {bot.pk}
            return await asyncio.to_thread(in_thread)

    def in_thread() -> int:
        try:
            return sweep()
        finally:
            connection.close()

    assert asyncio.run(while_owned()) == 0
    assert states(bot) == [(State.SENDING, "")]
    assert sweep() == 1


@pytest.mark.django_db
def test_the_tick_sweeps() -> None:
    bot = make_bot()
    sending(bot, clock.now() - timedelta(hours=1))
    sweep_outbox()
    assert states(bot) == [(State.UNKNOWN, "interrupted")]
