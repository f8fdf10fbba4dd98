"""Moving the product's clock: what is due on the way happens at its own time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from botrunner.db import close_connections
from botrunner.timemachine import ProductClock, run_timetable
from config.timetable import sync
from content.models import OutboxMessage
from funnels.models import Enrollment
from funnels.services.enrollments import enroll
from funnels.services.script import forget_scripts
from funnels.tasks import plan_warmups
from partners import clock, tenancy
from partners.models import Bot
from tests.factories import make_bot, make_lead, make_partner
from tests.network import publish_network, publish_sequence

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bot(settings: Any, tmp_path: Path) -> Iterator[Bot]:
    settings.SANDBOX_CLOCK = tmp_path / "clock"
    publish_network()
    publish_sequence("weight")
    yield make_bot(make_partner("anna"))
    forget_scripts()
    close_connections()


def enter(bot: Bot) -> Enrollment:
    lead = make_lead(bot.partner, intent="client", pain="weight")
    with tenancy.partner(bot.partner_id):
        enrollment = enroll(lead=lead, partner=bot.partner, now=clock.now())
    assert enrollment is not None
    return enrollment


def travel(by: timedelta) -> list[timedelta]:
    """How far ahead the clock was at each stop."""
    stops: list[timedelta] = []
    machine = ProductClock(tick=plan_warmups)
    asyncio.run(machine.travel(to=clock.now() + by, moved=lambda: stops.append(clock.ahead())))
    return stops


def promised(bot: Bot) -> list[datetime]:
    with tenancy.partner(bot.partner_id):
        return list(OutboxMessage.objects.order_by("pk").values_list("not_before", flat=True))


def test_a_fortnight_in_one_step_is_the_whole_sequence_at_its_own_times(bot: Bot) -> None:
    first = enter(bot).fire_at
    stops = travel(timedelta(days=16))
    times = promised(bot)
    assert len(times) == 7
    assert first is not None
    assert times[0] - first < timedelta(minutes=1)
    assert all(later - earlier >= timedelta(hours=20) for earlier, later in pairwise(times))
    assert len(stops) == 8  # one for each message, one at the end
    assert abs(stops[-1] - timedelta(days=16)) < timedelta(minutes=1)


def test_the_next_message_is_where_the_journey_leads(bot: Bot) -> None:
    enrollment = enter(bot)
    machine = ProductClock(tick=plan_warmups)
    person = enrollment.lead.telegram_id
    at = asyncio.run(machine.next_message(bot_id=bot.telegram_id, person_id=person))
    assert at == enrollment.fire_at
    assert at is not None
    asyncio.run(machine.travel(to=at, moved=lambda: None))
    assert len(promised(bot)) == 1
    assert asyncio.run(machine.next_message(bot_id=bot.telegram_id, person_id=person + 1)) is None


def test_a_tick_that_fails_does_not_stop_the_journey(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise RuntimeError("broken")

    asyncio.run(ProductClock(tick=fail).travel(to=clock.now() + timedelta(days=1), moved=lambda: None))
    assert clock.ahead() >= timedelta(hours=23, minutes=59)
    assert "a tick after moving the clock failed" in caplog.text


def test_the_timetable_can_be_run_at_once(bot: Bot) -> None:
    due = enter(bot).fire_at
    assert due is not None
    sync()
    clock.move(due - clock.now())
    run_timetable()
    assert len(promised(bot)) == 1
