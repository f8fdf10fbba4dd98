"""Promises that rest, go on, are taken back, and the sum of what became of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from content.messages import Html, Message
from content.models import OutboxMessage
from content.outbox import delivery
from content.outbox.delivery import Claimed, Result
from content.outbox.promises import Promise, blank, drop, hold, promise, release, send_again, withdraw
from content.outbox.tally import Tally, tally
from partners import tenancy
from partners.models import Bot
from tests.factories import NOW, make_bot

State, Lane = OutboxMessage.State, OutboxMessage.Lane
SOURCE = "broadcast:1"
LATER = NOW + timedelta(hours=5)


@pytest.fixture
def bot(db: None) -> Bot:
    return make_bot()


def say(bot: Bot, *texts: str, source: str = SOURCE, not_after: timedelta | None = None) -> None:
    until = NOW + not_after if not_after else None
    promises = [Promise(number, text, Message(Html(text)), NOW, not_after=until) for number, text in enumerate(texts)]
    with tenancy.partner(bot.partner_id):
        promise(
            partner_id=bot.partner_id, bot_id=bot.pk, lane=Lane.BROADCAST, promises=promises, now=NOW, source=source
        )


def claim(bot: Bot, room: int = 9) -> list[Claimed]:
    with tenancy.all_partners():
        return delivery.claim(room={bot.pk: room}, now=NOW)


def finish(*results: Result) -> None:
    with tenancy.all_partners():
        delivery.finish(results=results, now=NOW)


def states(bot: Bot) -> list[tuple[str, str]]:
    with tenancy.partner(bot.partner_id):
        return list(OutboxMessage.objects.order_by("pk").values_list("state", "reason"))


def held(bot: Bot) -> int:
    with tenancy.partner(bot.partner_id):
        return hold(partner_id=bot.partner_id, source=SOURCE, now=NOW)


def released(bot: Bot) -> int:
    with tenancy.partner(bot.partner_id):
        return release(partner_id=bot.partner_id, source=SOURCE, now=LATER)


def test_what_is_held_does_not_leave_until_its_release(bot: Bot) -> None:
    say(bot, "a", "b")
    say(bot, "c", source="broadcast:2")
    assert held(bot) == 2
    assert held(bot) == 0
    assert [one.source for one in claim(bot)] == ["broadcast:2"]
    assert released(bot) == 2
    assert released(bot) == 0
    assert len(claim(bot)) == 2


def test_a_message_that_comes_back_from_a_held_source_is_held_too(bot: Bot) -> None:
    say(bot, "a", "b")
    back, arrived = claim(bot)
    assert held(bot) == 0
    finish(Result(back.id, State.QUEUED, not_before=LATER), Result(arrived.id, State.SENT, message_id=7))
    assert states(bot) == [(State.HELD, ""), (State.SENT, "")]
    assert claim(bot) == []
    assert released(bot) == 1


def test_a_release_reaches_what_is_still_being_sent(bot: Bot) -> None:
    say(bot, "a")
    (one,) = claim(bot)
    held(bot)
    assert released(bot) == 0
    finish(Result(one.id, State.QUEUED))
    assert states(bot) == [(State.QUEUED, "")]


@pytest.mark.parametrize("came_back", [False, True])
def test_a_pause_takes_nothing_from_a_messages_time(bot: Bot, came_back: bool) -> None:
    say(bot, "a", not_after=timedelta(hours=3))
    if came_back:
        (one,) = claim(bot)
        held(bot)
        finish(Result(one.id, State.QUEUED))
    else:
        held(bot)
    released(bot)
    with tenancy.partner(bot.partner_id):
        message = OutboxMessage.objects.get()
    assert (message.not_after, message.finished_at) == (LATER + timedelta(hours=3), None)


def test_what_is_held_can_be_taken_back(bot: Bot) -> None:
    say(bot, "a", "b")
    held(bot)
    with tenancy.partner(bot.partner_id):
        assert withdraw(partner_id=bot.partner_id, source=SOURCE, reason="cancelled", now=NOW) == 2
    assert states(bot) == [(State.SKIPPED, "cancelled")] * 2
    assert released(bot) == 0


def test_what_is_taken_back_while_it_is_sent_does_not_come_back(bot: Bot) -> None:
    say(bot, "a", "b")
    back, arrived = claim(bot)
    with tenancy.partner(bot.partner_id):
        assert withdraw(partner_id=bot.partner_id, source=SOURCE, reason="cancelled", now=NOW) == 0
    finish(Result(back.id, State.QUEUED), Result(arrived.id, State.FAILED, "blocked"))
    assert states(bot) == [(State.SKIPPED, "cancelled"), (State.FAILED, "blocked")]


def test_what_is_held_keeps_its_text_until_it_is_taken_back(bot: Bot) -> None:
    say(bot, "a")
    held(bot)
    with tenancy.partner(bot.partner_id):
        blank(messages=OutboxMessage.objects.all())
        assert OutboxMessage.objects.get().payload == {"text": "a"}


def test_an_operator_decides_what_did_not_arrive_for_certain(bot: Bot) -> None:
    say(bot, *"abcd")
    again, dropped, sent, erased = claim(bot)
    finish(Result(again.id, State.UNKNOWN, "no answer"), Result(dropped.id, State.FAILED, "Bad Request"))
    finish(Result(sent.id, State.SENT), Result(erased.id, State.FAILED, "blocked"))
    with tenancy.partner(bot.partner_id):
        every = OutboxMessage.objects.all()
        blank(messages=every.filter(pk=erased.id))
        assert send_again(messages=every.exclude(pk=dropped.id), now=LATER) == 1
        assert send_again(messages=every.exclude(pk=dropped.id), now=LATER) == 0
        assert drop(messages=every.exclude(pk=erased.id), now=LATER) == 1
        assert every.get(pk=again.id).not_before == LATER
    assert states(bot) == [
        (State.QUEUED, ""), (State.SKIPPED, "dropped"), (State.SENT, ""), (State.FAILED, "blocked"),
    ]  # fmt: skip


def test_the_sum_closes(bot: Bot) -> None:
    say(bot, *"abcdefgh")
    say(bot, "elsewhere", source="broadcast:2")
    one, two, three, four, five = claim(bot, room=5)
    finish(
        Result(one.id, State.SENT),
        Result(two.id, State.FAILED, "blocked"),
        Result(three.id, State.SKIPPED, "topic is off"),
        Result(four.id, State.UNKNOWN, "no answer"),
    )
    with tenancy.partner(bot.partner_id):
        OutboxMessage.objects.filter(dedupe_key="h").update(state=State.HELD)
        total = tally(partner_id=bot.partner_id, source=SOURCE)
    assert total == Tally(2, 1, 1, 1, 1, {"blocked": 1}, {"topic is off": 1})
    assert (total.promised, total.open) == (8, 4)
    assert five.source == SOURCE


def test_the_most_frequent_reason_comes_first(bot: Bot, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    say(bot, *"abc")
    reasons = ("rare", "often", "often")
    finish(*(Result(one.id, State.FAILED, reason) for one, reason in zip(claim(bot), reasons, strict=True)))
    with tenancy.partner(bot.partner_id), django_assert_num_queries(1):
        assert list(tally(partner_id=bot.partner_id, source=SOURCE).failed.items()) == [("often", 2), ("rare", 1)]


def test_nothing_promised_is_an_empty_sum(bot: Bot) -> None:
    with tenancy.partner(bot.partner_id):
        assert tally(partner_id=bot.partner_id, source=SOURCE) == Tally()
