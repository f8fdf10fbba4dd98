"""What a runner claims, after the gate was asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from botrunner.services.outgoing import ROUNDS, take_due
from content.messages import Html, Message
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from partners import tenancy
from partners.models import Bot, Lead, Partner
from tests.factories import NOW, make_bot, make_consent, make_lead

Lane, State = OutboxMessage.Lane, OutboxMessage.State
NIGHT = datetime(2026, 3, 2, 20, tzinfo=UTC)  # 23:00 in Moscow
MORNING = datetime(2026, 3, 3, 7, tzinfo=UTC)


@pytest.fixture
def bot(db: None) -> Bot:
    return make_bot()


def a_lead(bot: Bot, **fields: Any) -> Lead:
    lead = make_lead(Partner(pk=bot.partner_id), **fields)
    make_consent(lead)
    return lead


def say(
    bot: Bot, *leads: Lead, lane: OutboxMessage.Lane = Lane.SEQUENCE, key: str = "", until: datetime | None = None
) -> None:
    promises = [
        Promise(lead.telegram_id, f"{key}{lead.pk}", Message(Html("Совет")), NOW, lead_id=lead.pk, not_after=until)
        for lead in leads
    ]
    with tenancy.partner(bot.partner_id):
        promise(
            partner_id=bot.partner_id, bot_id=bot.pk, lane=lane, promises=promises, now=NOW, source="sequence:weight"
        )


def taken(*bots: Bot, now: datetime, room: int = 2) -> list[int]:
    with tenancy.all_partners():
        claimed = take_due(room={bot.pk: room for bot in bots}, now=now, busy_chats=[])
    return [message.chat_id for message in claimed]


def rows(bot: Bot) -> list[tuple[Any, ...]]:
    with tenancy.partner(bot.partner_id):
        return list(OutboxMessage.objects.order_by("pk").values_list("state", "reason", "not_before", "not_after"))


@pytest.mark.parametrize("lane", Lane.promotional())
def test_at_night_a_message_waits_for_the_morning(bot: Bot, lane: OutboxMessage.Lane) -> None:
    lead, until = a_lead(bot), NIGHT + timedelta(hours=3)
    say(bot, lead, lane=lane, until=until)
    assert taken(bot, now=NIGHT) == []
    moved = MORNING + timedelta(hours=3) if lane == Lane.SEQUENCE else until
    assert rows(bot) == [(State.QUEUED, "", MORNING, moved)]
    assert taken(bot, now=MORNING) == ([lead.telegram_id] if lane == Lane.SEQUENCE else [])


def test_an_alert_leaves_at_any_time(bot: Bot) -> None:
    lead = a_lead(bot)
    say(bot, lead, lane=Lane.ALERT)
    assert taken(bot, now=NIGHT) == [lead.telegram_id]


def test_two_warm_up_messages_at_once_become_two_days(bot: Bot) -> None:
    lead = a_lead(bot)
    say(bot, lead, key="a")
    say(bot, lead, key="b")
    assert taken(bot, now=NOW) == [lead.telegram_id]
    assert taken(bot, now=NOW + timedelta(seconds=2)) == []
    assert [(state, at) for state, _reason, at, _until in rows(bot)] == [(State.SENDING, NOW), (State.QUEUED, MORNING)]


def test_those_that_may_not_leave_make_nobody_wait(bot: Bot) -> None:
    other = make_bot()
    say(bot, *(a_lead(bot, taken_at=NOW) for _ in range(4)))
    last, theirs = a_lead(bot), a_lead(other)
    say(bot, last)
    say(other, theirs)
    assert taken(bot, other, now=NOW) == [theirs.telegram_id, last.telegram_id]
    assert rows(bot)[:4] == [(State.SKIPPED, "human took over", NOW, None)] * 4


def test_other_bots_do_not_wait_for_one_whose_messages_may_not_leave(bot: Bot) -> None:
    refused = [a_lead(bot, taken_at=NOW) for _ in range(ROUNDS + 1)]
    say(bot, *refused)
    assert taken(bot, now=NOW, room=1) == []
    assert [state for state, *_ in rows(bot)] == [State.SKIPPED] * ROUNDS + [State.QUEUED]
