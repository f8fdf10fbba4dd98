"""Leads enter sequences by what they choose, rest, leave them, come back; what waits in the outbox follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from botrunner.services.outgoing import take_due
from content.messages import Button, Html, Message
from content.models import OutboxMessage
from content.outbox.delivery import Result, finish
from content.outbox.promises import Promise, promise
from funnels import dialogue, wishes
from funnels.callbacks import Press
from funnels.models import Enrollment, FunnelEvent
from funnels.services import enrollments
from funnels.services.enrollments import SNOOZE
from funnels.services.presence import mark_blocked, mark_unblocked
from funnels.services.script import script_for
from funnels.services.turn_rows import Person
from funnels.services.turns import Act, Turn, Typed, take_turns
from partners import tenancy
from partners.models import Bot, Consent, Lead
from tests.factories import make_consent
from tests.funnels.test_tick import bot as bot  # a fixture
from tests.funnels.test_tick import enter, make_walker, publish, refreshed, sequence_text, tick_at

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 12:00 in Moscow
TEN = NOON.replace(hour=7)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
State, Exit = Enrollment.State, Enrollment.Exit
Lane, Outgoing = OutboxMessage.Lane, OutboxMessage.State

BUSINESS = """
format: 1
key: business
title: Бизнес
topic: business
entry: {intent: business}
leave_on_contact: false
steps:
  - {key: hello, after: 24h, text: "О деле"}
  - {key: more, after: 24h, text: "Ещё о деле", asks_contact: true}
  - {key: last, after: 24h, text: "Последнее", asks_contact: true}
"""


def act(bot: Bot, lead: Lead, *acts: Act, now: datetime = NOON) -> list[tuple[Message, ...]]:
    person = Person(lead.telegram_id, lead.first_name)
    with tenancy.partner(bot.partner_id):
        return [take_turns(partner_id=bot.partner_id, turns=[Turn(person, one)], now=now)[0] for one in acts]


def places(bot: Bot) -> dict[str, tuple[str, str, int]]:
    with tenancy.partner(bot.partner_id):
        return {row.sequence: (row.state, row.exit_reason, row.position) for row in Enrollment.objects.order_by("pk")}


def queue(
    bot: Bot,
    lead: Lead,
    lane: OutboxMessage.Lane = Lane.SEQUENCE,
    state: OutboxMessage.State = Outgoing.QUEUED,
    **fields: Any,
) -> int:
    """A message that waits for the lead; its number."""
    message = Message(Html("Ждёт"), buttons=fields.pop("buttons", ()))
    one = Promise(lead.telegram_id, f"test:{lane}:{state}", message, not_before=NOON, lead_id=lead.pk)
    with tenancy.partner(bot.partner_id):
        promise(partner_id=bot.partner_id, bot_id=bot.pk, lane=lane, promises=[one], now=NOON, **fields)
        row = OutboxMessage.objects.latest("pk")
        OutboxMessage.objects.filter(pk=row.pk).update(state=state)
        return row.pk


def outgoing(bot: Bot, pk: int) -> OutboxMessage:
    with tenancy.partner(bot.partner_id):
        return OutboxMessage.objects.get(pk=pk)


def state_of(bot: Bot, pk: int) -> tuple[str, str]:
    return outgoing(bot, pk).state, outgoing(bot, pk).reason


def leave(bot: Bot, lead: Lead, reason: Enrollment.Exit) -> int:
    with tenancy.partner(bot.partner_id):
        return enrollments.leave(lead_id=lead.pk, reason=reason, now=NOON + HOUR)


# Leaving


@pytest.mark.parametrize("waits", [Outgoing.QUEUED, Outgoing.HELD])
@pytest.mark.parametrize("place", [State.ACTIVE, State.FROZEN])
def test_who_leaves_gets_nothing_more(bot: Bot, place: Enrollment.State, waits: OutboxMessage.State) -> None:
    lead = make_walker(bot)
    enrollment, message = enter(bot, lead), queue(bot, lead, state=waits)
    if place == State.FROZEN:
        with tenancy.partner(bot.partner_id):
            enrollments.freeze(partner_id=bot.partner_id, now=NOON)
    assert leave(bot, lead, Exit.ORDERED) == 1
    left = refreshed(bot, enrollment)
    assert (left.state, left.exit_reason, left.ended_at) == (State.LEFT, Exit.ORDERED, NOON + HOUR)
    assert (left.fire_at, left.left_over) == (None, None)
    assert state_of(bot, message) == (Outgoing.SKIPPED, "ordered")
    assert leave(bot, lead, Exit.HUMAN) == 0
    assert refreshed(bot, enrollment).exit_reason == Exit.ORDERED


def test_the_last_message_of_a_finished_sequence_is_taken_back_too(bot: Bot) -> None:
    lead = make_walker(bot)
    enrollment = enter(bot, lead)
    tick_at(bot, NOON + DAY)
    tick_at(bot, TEN + 2 * DAY)
    assert refreshed(bot, enrollment).state == State.FINISHED
    assert leave(bot, lead, Exit.ORDERED) == 0
    with tenancy.partner(bot.partner_id):
        assert set(OutboxMessage.objects.values_list("state", "reason")) == {(Outgoing.SKIPPED, "ordered")}
    assert refreshed(bot, enrollment).state == State.FINISHED


@pytest.mark.parametrize(
    ("reason", "goes"), [(Exit.UNSUBSCRIBED, True), (Exit.BLOCKED, True), (Exit.HUMAN, True), (Exit.ORDERED, False)]
)
def test_a_broadcast_is_taken_back_only_from_who_wants_silence(bot: Bot, reason: Enrollment.Exit, goes: bool) -> None:
    lead, other = make_walker(bot), make_walker(bot)
    message = queue(bot, lead, Lane.BROADCAST)
    leave(bot, other, reason)
    assert state_of(bot, message)[0] == Outgoing.QUEUED
    leave(bot, lead, reason)
    assert (state_of(bot, message)[0] == Outgoing.SKIPPED) is goes


# Another branch


@pytest.fixture
def walker(bot: Bot) -> Lead:
    """Stands in `weight`, and has agreed to offers."""
    publish(BUSINESS, key="business")
    publish(sequence_text().replace("weight", "energy"), key="energy")
    lead = make_walker(bot, offers_asked_at=NOON)
    make_consent(lead)
    enter(bot, lead)
    return lead


def test_another_branch_ends_the_old_sequence_and_begins_its_own(bot: Bot, walker: Lead) -> None:
    message = queue(bot, walker)
    act(bot, walker, Typed("💼 Бизнес"), now=NOON + HOUR)
    assert places(bot) == {"weight": ("left", "other_branch", 0), "business": ("active", "", 0)}
    assert state_of(bot, message) == (Outgoing.SKIPPED, "other_branch")
    with tenancy.partner(bot.partner_id):
        assert Enrollment.objects.get(sequence="business").fire_at == NOON + HOUR + DAY


def test_another_topic_of_the_same_intent_is_another_branch(bot: Bot, walker: Lead) -> None:
    act(bot, walker, Typed("🍎 Здоровье"))
    with tenancy.partner(bot.partner_id):
        version = script_for(partner_id=bot.partner_id, now=NOON).version
    act(bot, walker, Press(version, "pain", "1"))
    assert places(bot) == {"weight": ("left", "other_branch", 0), "energy": ("active", "", 0)}


@pytest.mark.parametrize("text", ["💡 Узнать больше", "🍎 Здоровье", "🏠 Главное меню", "Сколько это стоит?"])
def test_what_is_no_branch_of_its_own_changes_nothing(bot: Bot, walker: Lead, text: str) -> None:
    act(bot, walker, Typed(text))
    assert places(bot) == {"weight": ("active", "", 0)}


def test_who_comes_back_goes_on_behind_the_last_message(bot: Bot, walker: Lead) -> None:
    tick_at(bot, NOON + DAY)
    for day, text in enumerate(["💼 Бизнес", "🍎 Здоровье"], 2):
        act(bot, walker, Typed(text), now=NOON + day * DAY)
    with tenancy.partner(bot.partner_id):
        version = script_for(partner_id=bot.partner_id, now=NOON).version
    act(bot, walker, Press(version, "pain", "0"), now=NOON + 4 * DAY)
    assert places(bot) == {"weight": ("active", "", 1), "business": ("left", "other_branch", 0)}
    with tenancy.partner(bot.partner_id):
        back = Enrollment.objects.get(sequence="weight")
    assert (back.round, back.next_step, back.entered_at) == (2, "second", NOON)
    tick_at(bot, TEN + 5 * DAY)
    assert texts(bot) == ["Первое, Иван", "Второе"]


def test_pressing_around_sends_no_message_twice_and_leaves_no_rows(bot: Bot, walker: Lead) -> None:
    for round_ in range(6):
        with tenancy.partner(bot.partner_id):
            version = script_for(partner_id=bot.partner_id, now=NOON).version
        act(bot, walker, Typed("💼 Бизнес"), Typed("🍎 Здоровье"), Press(version, "pain", "0"), now=NOON + round_ * DAY)
        tick_at(bot, NOON + round_ * DAY + 25 * HOUR)
    assert sorted(texts(bot)) == sorted(set(texts(bot)))
    assert len(places(bot)) == 2
    with tenancy.partner(bot.partner_id):
        assert Enrollment.objects.count() == 2


def test_a_sequence_that_is_over_does_not_begin_again(bot: Bot, walker: Lead) -> None:
    leave(bot, walker, Exit.CONTACT)
    act(bot, walker, Typed("💼 Бизнес"))
    with tenancy.partner(bot.partner_id):
        version = script_for(partner_id=bot.partner_id, now=NOON).version
    act(bot, walker, Typed("🍎 Здоровье"), Press(version, "pain", "0"))
    assert places(bot) == {"weight": ("left", "contact", 0), "business": ("left", "other_branch", 0)}


@pytest.mark.parametrize(
    "fields",
    [{"status": Lead.Status.NOT_INTERESTED}, {"status": Lead.Status.UNSUBSCRIBED}, {"taken_at": NOON}],
)
def test_who_is_out_of_the_offers_enters_nothing_by_a_choice(bot: Bot, walker: Lead, fields: dict[str, Any]) -> None:
    leave(bot, walker, Exit.UNSUBSCRIBED)
    with tenancy.partner(bot.partner_id):
        Lead.objects.update(**fields)
    act(bot, walker, Typed("💼 Бизнес"))
    assert "business" not in places(bot)


def test_without_a_consent_nobody_enters(bot: Bot, walker: Lead) -> None:
    with tenancy.partner(bot.partner_id):
        Consent.objects.update(withdrawn_at=NOON)
    act(bot, walker, Typed("💼 Бизнес"))
    assert "business" not in places(bot)


def texts(bot: Bot) -> list[str]:
    with tenancy.partner(bot.partner_id):
        return [row.payload["text"] for row in OutboxMessage.objects.order_by("pk")]


# The way out


@pytest.mark.parametrize("word", ["stop", "no_offers"])
def test_the_way_out_reaches_what_waits_and_what_is_being_sent(bot: Bot, walker: Lead, word: wishes.Word) -> None:
    waiting = [queue(bot, walker), queue(bot, walker, state=Outgoing.HELD), queue(bot, walker, Lane.BROADCAST)]
    sending = queue(bot, walker, Lane.BROADCAST, Outgoing.SENDING)
    act(bot, walker, wishes.Wish(word))
    assert [state_of(bot, pk)[0] for pk in waiting] == [Outgoing.SKIPPED] * 3
    with tenancy.partner(bot.partner_id):  # Telegram refused it for the moment
        finish(results=[Result(sending, Outgoing.QUEUED, not_before=NOON + HOUR)], now=NOON)
    assert state_of(bot, sending) == (Outgoing.SKIPPED, "unsubscribed")
    assert places(bot) == {"weight": ("left", "unsubscribed", 0)}


def test_who_says_yes_again_goes_on(bot: Bot, walker: Lead) -> None:
    tick_at(bot, NOON + DAY)
    act(bot, walker, wishes.Wish("stop"), dialogue.Agree("offers", 1), now=NOON + 2 * DAY)
    assert places(bot) == {"weight": ("active", "", 1)}


# Blocked


def test_who_blocks_the_bot_leaves_at_once_and_returns_by_a_choice_only(bot: Bot, walker: Lead) -> None:
    message = queue(bot, walker, Lane.BROADCAST)
    with tenancy.partner(bot.partner_id):
        mark_blocked(partner_id=bot.partner_id, telegram_id=walker.telegram_id, now=NOON)
    assert places(bot) == {"weight": ("left", "blocked", 0)}
    assert state_of(bot, message) == (Outgoing.SKIPPED, "blocked")
    with tenancy.partner(bot.partner_id):
        mark_unblocked(partner_id=bot.partner_id, telegram_id=walker.telegram_id, now=NOON + DAY)
    act(bot, walker, Typed("🏠 Главное меню"), now=NOON + DAY)
    assert places(bot) == {"weight": ("left", "blocked", 0)}
    act(bot, walker, Typed("💼 Бизнес"), now=NOON + DAY)
    assert places(bot)["business"] == ("active", "", 0)


# «Не сейчас»


def deliver(bot: Bot, now: datetime) -> list[str]:
    """What a runner would send now, and whether it may is asked once more."""
    with tenancy.all_partners():
        claimed = take_due(room={bot.pk: 9}, now=now, busy_chats=())
        finish(results=[Result(one.id, Outgoing.SENT) for one in claimed], now=now)
    return [str(one.message.text) for one in claimed]


def test_a_snooze_is_kept_by_what_waits_already_and_the_place_goes_on_after_it(bot: Bot, walker: Lead) -> None:
    tick_at(bot, NOON + DAY)
    broadcast = queue(bot, walker, Lane.BROADCAST)
    pressed = NOON + DAY + timedelta(minutes=1)
    act(bot, walker, wishes.Wish("snooze"), now=pressed)
    with tenancy.partner(bot.partner_id):
        event = FunnelEvent.objects.latest("pk")
    assert (event.kind, event.data) == ("button_pressed", {"action": "snooze"})
    assert deliver(bot, pressed) == []
    assert state_of(bot, broadcast) == (Outgoing.SKIPPED, "asked for silence")
    arrived: dict[str, datetime] = {}
    for hours in range(24 * 9):
        now = pressed + hours * HOUR
        tick_at(bot, now)
        arrived |= dict.fromkeys(deliver(bot, now), now)
    assert list(arrived) == ["Первое, Иван", "Второе"]
    first, second = arrived.values()
    assert first == pressed + SNOOZE
    assert second - first >= 20 * HOUR


# A contact


def test_who_leaves_a_phone_is_not_asked_for_it_by_what_is_queued_nor_later(bot: Bot, walker: Lead) -> None:
    make_consent(walker, Consent.Kind.DATA)
    act(bot, walker, Typed("💼 Бизнес"))
    tick_at(bot, NOON + DAY)
    tick_at(bot, NOON + 2 * DAY)
    asked = [row for row in rows(bot) if wishes.CONTACT in buttons(row)]
    assert [row.payload["text"] for row in asked] == ["Ещё о деле"]
    act(bot, walker, dialogue.Ask(), dialogue.Card("+79161234567", own=True), now=NOON + 2 * DAY)
    assert state_of(bot, asked[0].pk) == (Outgoing.SKIPPED, "contact left")
    tick_at(bot, NOON + 3 * DAY)
    last = rows(bot)[-1]
    assert (last.payload["text"], wishes.CONTACT in buttons(last)) == ("Последнее", False)
    assert places(bot)["business"] == ("finished", "", 3)


def test_a_sequence_that_aims_at_the_contact_ends_with_it(bot: Bot, walker: Lead) -> None:
    make_consent(walker, Consent.Kind.DATA)
    tick_at(bot, NOON + DAY)
    act(bot, walker, dialogue.Ask(), dialogue.Card("+79161234567", own=True), now=NOON + DAY)
    assert places(bot) == {"weight": ("left", "contact", 1)}
    assert [row.state for row in rows(bot) if row.lane == Lane.SEQUENCE] == [Outgoing.SKIPPED]


def rows(bot: Bot) -> list[OutboxMessage]:
    with tenancy.partner(bot.partner_id):
        return list(OutboxMessage.objects.order_by("pk"))


def buttons(row: OutboxMessage) -> list[str]:
    return [button["callback"] for row_ in row.payload["buttons"] for button in row_]


def test_only_messages_with_the_question_are_taken_back(bot: Bot, walker: Lead) -> None:
    make_consent(walker, Consent.Kind.DATA)
    act(bot, walker, Typed("💼 Бизнес"))
    plain = queue(bot, walker, buttons=((Button("Меню", "g:welcome"),),))
    act(bot, walker, dialogue.Ask(), dialogue.Card("+79161234567", own=True))
    assert state_of(bot, plain)[0] == Outgoing.QUEUED
