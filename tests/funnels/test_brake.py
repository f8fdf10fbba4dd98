"""Error bursts pause what causes them, once, and operators hear of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from botrunner.services.outgoing import settle
from content.models import OutboxMessage
from content.outbox.delivery import Result
from content.outbox.words import is_of_recipient
from funnels.models import Broadcast, SequencePause
from funnels.services import pauses
from funnels.services.brake import LEAST, RECENT, check, must_brake
from partners import tenancy
from partners.models import Bot
from tests.factories import NOW, make_bot

State, Lane = OutboxMessage.State, OutboxMessage.Lane
WRONG = "Bad Request: can't parse entities"


@given(st.integers(0, 50), st.integers(0, 50))
def test_the_brake_needs_more_than_half_of_enough(failed: int, sent: int) -> None:
    expected = failed + sent >= LEAST and failed > sent
    assert must_brake(failed=failed, of=failed + sent) is expected


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("blocked", True),
        ("Bad Request: chat not found", True),
        ("Forbidden: user is deactivated", True),
        (WRONG, False),
        ("no answer", False),
        ("Bad Request: message is too long", False),
        ("", False),
    ],
)
def test_whose_fault_it_was(reason: str, expected: bool) -> None:
    assert is_of_recipient(reason) is expected


@pytest.fixture
def bot(db: None, settings: Settings) -> Bot:
    settings.OPERATOR_TELEGRAM_IDS = [11]
    return make_bot()


def fill(bot: Bot, source: str, *states: tuple[str, str], lane: OutboxMessage.Lane = Lane.BROADCAST) -> list[int]:
    """Rows of a source in the order in which they finished."""
    with tenancy.partner(bot.partner_id):
        rows = OutboxMessage.objects.bulk_create(
            OutboxMessage(
                partner_id=bot.partner_id, bot=bot, chat_id=number, lane=lane, source=source, state=state,
                dedupe_key=f"{source}:{state}:{number}", payload={"text": "Акция"}, reason=reason, created_at=NOW,
                not_before=NOW, claimed_at=NOW, finished_at=NOW + timedelta(seconds=number),
            )
            for number, (state, reason) in enumerate(states)
        )  # fmt: skip
    return [row.pk for row in rows]


def braked(bot: Bot, source: str) -> bool:
    with tenancy.partner(bot.partner_id):
        return check(partner_id=bot.partner_id, source=source, now=NOW)


def notices(bot: Bot) -> list[Any]:
    with tenancy.partner(bot.partner_id):
        return [row.payload["text"] for row in OutboxMessage.objects.filter(source="operators")]


SENT, BROKEN, BLOCKED = (State.SENT, ""), (State.FAILED, WRONG), (State.FAILED, "blocked")


def test_a_sequence_pauses_itself_once_and_operators_hear_it_once(bot: Bot) -> None:
    fill(bot, "sequence:weight", *[SENT] * RECENT, *[BROKEN] * 11, *[(State.QUEUED, "")] * 3, lane=Lane.SEQUENCE)
    assert [braked(bot, "sequence:weight") for _ in range(2)] == [True, False]
    with tenancy.partner(bot.partner_id):
        (pause,) = SequencePause.objects.all()
        assert OutboxMessage.objects.filter(state=State.HELD).count() == 3
    assert WRONG in pause.reason
    assert "11" in pause.reason
    (notice,) = notices(bot)
    assert f"source=sequence%3Aweight" in notice  # noqa: F541


def test_a_broadcast_pauses_itself(bot: Bot) -> None:
    with tenancy.partner(bot.partner_id):
        state = Broadcast.State.SENDING
        broadcast = Broadcast.objects.create(partner_id=bot.partner_id, state=state, created_at=NOW)
    source = f"broadcast:{broadcast.pk}"
    fill(bot, source, *[(State.UNKNOWN, "no answer")] * LEAST, (State.QUEUED, ""))
    assert [braked(bot, source) for _ in range(2)] == [True, False]
    with tenancy.partner(bot.partner_id):
        broadcast.refresh_from_db()
        assert OutboxMessage.objects.get(state=State.HELD).source == source
    assert broadcast.state == Broadcast.State.PAUSED
    assert str(LEAST) in broadcast.pause_reason
    assert len(notices(bot)) == 1


@pytest.mark.parametrize(
    "states",
    [
        [BROKEN] * (LEAST - 1),
        [SENT] * 10 + [BROKEN] * 10,
        [BLOCKED] * RECENT,
        [BROKEN] * 30 + [SENT] * 10,
        [(State.SKIPPED, "too late")] * RECENT,
    ],
)
def test_what_does_not_pull_the_brake(bot: Bot, states: list[tuple[str, str]]) -> None:
    fill(bot, "sequence:weight", *states, lane=Lane.SEQUENCE)
    assert not braked(bot, "sequence:weight")
    assert notices(bot) == []


def test_after_a_person_let_it_go_on_the_next_burst_is_told_again(bot: Bot) -> None:
    fill(bot, "sequence:weight", *[BROKEN] * LEAST, lane=Lane.SEQUENCE)
    assert braked(bot, "sequence:weight")
    with tenancy.partner(bot.partner_id):
        pauses.resume(partner_id=bot.partner_id, sequence="weight", now=NOW)
        later = NOW + timedelta(minutes=1)
        assert check(partner_id=bot.partner_id, source="sequence:weight", now=later)
    assert len(notices(bot)) == 2


@pytest.mark.parametrize("source", ["broadcast:x", "broadcast:99999999999999", "support", ""])
def test_what_nobody_can_pause(bot: Bot, source: str) -> None:
    fill(bot, source, *[BROKEN] * LEAST)
    assert not braked(bot, source)


@pytest.mark.parametrize(("reason", "lane", "looks"), [
    (WRONG, Lane.SEQUENCE, True), ("blocked", Lane.SEQUENCE, False), (WRONG, Lane.ALERT, False),
])  # fmt: skip
def test_the_runner_looks_only_after_promotional_failures(
    bot: Bot, reason: str, lane: OutboxMessage.Lane, looks: bool, django_capture_on_commit_callbacks: Any
) -> None:
    ids = fill(bot, "sequence:weight", *[(State.SENDING, "")] * LEAST, lane=lane)
    with django_capture_on_commit_callbacks(execute=True), tenancy.all_partners():
        settle(results=[Result(id_, State.FAILED, reason) for id_ in ids], blocked=[], now=NOW)
    with tenancy.partner(bot.partner_id):
        assert SequencePause.objects.exists() is looks
