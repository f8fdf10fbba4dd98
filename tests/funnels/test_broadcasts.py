"""The life of a broadcast: confirmed once, paused, resumed, cancelled, finished; the sum always closes."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from content.models import OutboxMessage
from content.outbox.delivery import Result
from content.outbox.delivery import finish as put_back
from content.outbox.tally import Tally, tally
from funnels.models import Broadcast
from funnels.segments import Segment
from funnels.services import broadcasts
from funnels.services.broadcast_confirm import confirm
from funnels.services.broadcast_drafts import NotPossible, discard, save
from funnels.services.broadcast_progress import progress
from funnels.services.clicks import follow, read_token
from funnels.services.erasure import erase
from partners import tenancy
from partners.models import Bot, Lead
from tests.factories import make_bot, make_lead, make_partner
from tests.funnels.broadcast_samples import NOON, make_draft, make_reader, rows, settle

State, Sent = Broadcast.State, OutboxMessage.State
MINUTE = timedelta(minutes=1)


pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def bot(db: None) -> Bot:
    return make_bot(make_partner("anna", name="Анна Смирнова"))


def confirmed(bot: Bot, people: int = 3, now: datetime = NOON) -> Broadcast:
    for _number in range(people):
        make_reader(bot)
    broadcast = make_draft(bot.partner)
    with tenancy.partner(bot.partner_id):
        assert confirm(broadcast=broadcast, now=now) == people
    return broadcast


def sum_of(broadcast: Broadcast) -> Tally:
    with tenancy.partner(broadcast.partner_id):
        return tally(partner_id=broadcast.partner_id, source=broadcasts.source_of(broadcast))


def test_confirmation_freezes_the_recipients(bot: Bot) -> None:
    first = make_reader(bot, first_name="Иван & Ко")
    make_reader(bot, first_name="")
    make_lead(bot.partner)
    draft = make_draft(bot.partner)
    with tenancy.partner(bot.partner_id):
        assert confirm(broadcast=draft, now=NOON) == 2
    make_reader(bot)  # came too late
    one, other = rows(bot)
    assert (one.lead_id, one.chat_id, one.lane, one.source) == (
        first.pk,
        first.telegram_id,
        OutboxMessage.Lane.BROADCAST,
        f"broadcast:{draft.pk}",
    )
    assert (one.dedupe_key, one.not_before, one.not_after) == (f"broadcast:{draft.pk}:{first.pk}", NOON, None)
    assert one.payload["text"] == "Здравствуйте, Иван &amp; Ко! В субботу открытая встреча."
    assert other.payload["text"] == "Здравствуйте, друзья! В субботу открытая встреча."
    (link,), (stop,) = one.payload["buttons"]
    assert stop["callback"] == "c:stop"
    assert (draft.state, draft.confirmed_at) == (State.SENDING, NOON)
    tracked = read_token(link["url"].rpartition("/")[2])
    assert tracked is not None
    with tenancy.partner(bot.partner_id):
        assert follow(tracked=tracked, counts=True, now=NOON) == bot.partner.shop_link
        assert list(first.events.values_list("kind", "step")) == [("link_clicked", f"broadcast:{draft.pk}")]


def test_nobody_is_disturbed_at_night_or_twice_a_day(bot: Bot) -> None:
    make_reader(bot, first_name="Москва")
    make_reader(bot, first_name="Алматы", phone="+77272345678")
    make_reader(bot, first_name="уже писали", last_promo_at=NOON)
    make_reader(bot, first_name="писали давно", last_promo_at=NOON - timedelta(hours=21))
    evening = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # 19:30 in Moscow, 21:30 in Almaty
    draft = make_draft(bot.partner)
    with tenancy.partner(bot.partner_id):
        confirm(broadcast=draft, now=evening)
    not_before = {row.payload["text"].split(",")[1].split("!")[0].strip(): row.not_before for row in rows(bot)}
    assert not_before == {
        "Москва": evening,
        "писали давно": evening,
        "Алматы": datetime(2026, 3, 3, 5, 0, tzinfo=UTC),
        "уже писали": datetime(2026, 3, 3, 7, 0, tzinfo=UTC),
    }


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"text": ""}, "text"),
        ({"text": "<b>"}, "<b>"),
        ({"no_advert_by": ""}, "advert"),
        ({"button_slot": "blog"}, "button"),
        ({"segment": Segment(has_phone=True)}, "Nobody"),
    ],
)
def test_what_cannot_go_out_stays_a_draft(bot: Bot, fields: dict[str, object], says: str) -> None:
    make_reader(bot)
    draft = make_draft(bot.partner, **fields)  # type: ignore[arg-type]
    with tenancy.partner(bot.partner_id):
        with pytest.raises(NotPossible, match=says):
            confirm(broadcast=draft, now=NOON)
        draft.refresh_from_db()
    assert (draft.state, draft.confirmed_at, rows(bot)) == (State.DRAFT, None, [])


def test_without_a_bot_there_is_no_broadcast(db: None) -> None:
    draft = make_draft(make_partner())
    with tenancy.partner(draft.partner_id), pytest.raises(NotPossible, match="no bot"):
        confirm(broadcast=draft, now=NOON)


def test_a_confirmed_one_is_neither_changed_nor_discarded_nor_confirmed_again(bot: Bot) -> None:
    broadcast = confirmed(bot)
    with tenancy.partner(bot.partner_id):
        broadcast.text = "другое"
        for act in (save, discard):
            with pytest.raises(NotPossible):
                act(broadcast=broadcast)
        with pytest.raises(NotPossible):
            confirm(broadcast=broadcast, now=NOON)
        assert Broadcast.objects.get().text != "другое"
    assert len(rows(bot)) == 3


@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_at_once_promise_once() -> None:
    bot = make_bot(make_partner("anna"))
    make_reader(bot)
    draft = make_draft(bot.partner)
    both, results = threading.Barrier(2), []

    def press() -> None:
        try:
            with tenancy.partner(bot.partner_id):
                mine = Broadcast.objects.select_related("partner").get(pk=draft.pk)
                both.wait(60)
                results.append(confirm(broadcast=mine, now=NOON))
        except NotPossible:
            results.append(0)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(results) == [0, 1]
    assert len(rows(bot)) == 1


def test_a_pause_holds_what_waits_and_what_comes_back(bot: Bot) -> None:
    broadcast = confirmed(bot)
    settle(rows(bot)[0], Sent.SENDING)
    with tenancy.partner(bot.partner_id):
        assert broadcasts.pause(broadcast=broadcast, now=NOON, reason="проверим")
        assert not broadcasts.pause(broadcast=broadcast, now=NOON)
        assert (broadcast.state, broadcast.pause_reason) == (State.PAUSED, "проверим")
    back_from_telegram(rows(bot)[0])
    assert [row.state for row in rows(bot)] == [Sent.HELD] * 3
    with tenancy.partner(bot.partner_id):
        assert broadcasts.resume(broadcast=broadcast, now=NOON)
        assert not broadcasts.resume(broadcast=broadcast, now=NOON)
    assert [row.state for row in rows(bot)] == [Sent.QUEUED] * 3


def back_from_telegram(message: OutboxMessage) -> None:
    """429: the delivery puts the message back into the queue."""
    with tenancy.all_partners():
        put_back(results=[Result(message.pk, Sent.QUEUED, not_before=NOON + MINUTE)], now=NOON)


def test_a_cancelled_one_ends_in_the_middle(bot: Bot) -> None:
    broadcast = confirmed(bot)
    first, second, _third = rows(bot)
    settle(first, Sent.SENT)
    settle(second, Sent.SENDING)
    with tenancy.partner(bot.partner_id):
        assert broadcasts.cancel(broadcast=broadcast, now=NOON)
        assert not broadcasts.cancel(broadcast=broadcast, now=NOON)
        assert not broadcasts.resume(broadcast=broadcast, now=NOON)
    assert (broadcast.state, broadcast.ended_at) == (State.CANCELLED, NOON)
    back_from_telegram(second)
    counted = sum_of(broadcast)
    assert (counted.sent, counted.skipped, counted.open) == (1, {"cancelled": 2}, 0)


def test_a_paused_one_can_be_cancelled(bot: Bot) -> None:
    broadcast = confirmed(bot)
    with tenancy.partner(bot.partner_id):
        broadcasts.pause(broadcast=broadcast, now=NOON)
        assert broadcasts.cancel(broadcast=broadcast, now=NOON)
    assert sum_of(broadcast).skipped == {"cancelled": 3}


def test_it_is_finished_when_nothing_waits(bot: Bot) -> None:
    broadcast = confirmed(bot)
    for row, (state, reason) in zip(rows(bot), (("sent", ""), ("failed", "blocked"), ("unknown", "")), strict=True):
        with tenancy.partner(bot.partner_id):
            assert not broadcasts.finish(broadcast=broadcast, now=NOON)
        settle(row, state, reason)
    with tenancy.partner(bot.partner_id):
        assert broadcasts.finish(broadcast=broadcast, now=NOON + MINUTE)
        assert not broadcasts.finish(broadcast=broadcast, now=NOON)
    assert (broadcast.state, broadcast.ended_at) == (State.FINISHED, NOON + MINUTE)


def test_progress_tells_the_speed_and_what_waits_for_the_morning(bot: Bot) -> None:
    for _number in range(4):
        make_reader(bot)
    make_reader(bot, last_promo_at=NOON)
    broadcast = make_draft(bot.partner)
    with tenancy.partner(bot.partner_id):
        confirm(broadcast=broadcast, now=NOON)
    settle(rows(bot)[0], Sent.SENT)
    settle(rows(bot)[1], Sent.SENT)
    with tenancy.partner(bot.partner_id):
        seen = progress(broadcast=broadcast, now=NOON + MINUTE / 2)
        idle = progress(broadcast=broadcast, now=NOON + 2 * MINUTE)
    assert (seen.done, seen.percent, seen.per_minute, seen.minutes_left) == (2, 40, 2, 1)
    assert (seen.later, seen.next_at) == (1, datetime(2026, 3, 3, 7, 0, tzinfo=UTC))
    assert (idle.per_minute, idle.minutes_left) == (0, None)


def test_the_number_of_queries_does_not_grow_with_the_recipients(bot: Bot) -> None:
    def queries(people: int) -> int:
        for _number in range(people):
            make_reader(bot)
        draft = make_draft(bot.partner)
        with tenancy.partner(bot.partner_id), CaptureQueriesContext(connection) as captured:
            confirm(broadcast=draft, now=NOON)
        return len(captured)

    assert queries(1) == queries(30)


class Life(RuleBasedStateMachine):
    """Whatever is pressed in whatever order, while the delivery goes on."""

    bot: Bot

    def __init__(self) -> None:
        super().__init__()
        self.broadcast = make_draft(self.bot.partner)
        self.promised = 0

    def now(self, act: object, **fields: object) -> object:
        with tenancy.partner(self.bot.partner_id):
            return act(broadcast=self.broadcast, now=NOON, **fields)  # type: ignore[operator]

    @property
    def mine(self) -> list[OutboxMessage]:
        return [row for row in rows(self.bot) if row.source == broadcasts.source_of(self.broadcast)]

    @rule()
    def confirms(self) -> None:
        draft = self.broadcast.state == State.DRAFT
        try:
            self.promised += int(self.now(confirm))  # type: ignore[call-overload]
        except NotPossible:
            assert not draft
        else:
            assert draft

    @rule()
    def pauses(self) -> None:
        before = self.broadcast.state
        assert self.now(broadcasts.pause) is (before == State.SENDING)

    @rule()
    def resumes(self) -> None:
        before = self.broadcast.state
        assert self.now(broadcasts.resume) is (before == State.PAUSED)

    @rule()
    def cancels(self) -> None:
        before = self.broadcast.state
        assert self.now(broadcasts.cancel) is (before in broadcasts.GOING_ON)

    @rule()
    def finishes(self) -> None:
        done = self.broadcast.state in broadcasts.GOING_ON and not any(
            row.state in broadcasts.OPEN for row in self.mine
        )
        assert self.now(broadcasts.finish) is done

    @precondition(lambda self: any(row.state == Sent.QUEUED for row in self.mine))
    @rule(outcome=st.sampled_from(["sent", "failed", "unknown", "sending"]))
    def delivers(self, outcome: str) -> None:
        settle(next(row for row in self.mine if row.state == Sent.QUEUED), outcome, "")

    @precondition(lambda self: any(row.state == Sent.SENDING for row in self.mine))
    @rule()
    def comes_back(self) -> None:
        back_from_telegram(next(row for row in self.mine if row.state == Sent.SENDING))

    @invariant()
    def the_sum_closes(self) -> None:
        assert sum_of(self.broadcast).promised == self.promised == len(self.mine)

    @invariant()
    def nothing_leaves_that_should_not(self) -> None:
        queued = sum(row.state == Sent.QUEUED for row in self.mine)
        assert queued == 0 or self.broadcast.state == State.SENDING
        if self.broadcast.state in (State.FINISHED, State.DRAFT):
            assert not any(row.state in broadcasts.OPEN for row in self.mine)


def test_its_states_hold_in_any_order(bot: Bot) -> None:
    for _number in range(3):
        make_reader(bot)
    Life.bot = bot
    run_state_machine_as_test(Life, settings=settings(max_examples=25, stateful_step_count=14))


def test_quiet_hours_may_be_none(bot: Bot) -> None:
    with tenancy.all_partners():
        bot.partner.quiet_from = bot.partner.quiet_to = time(0)
        bot.partner.save()
    midnight = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
    confirmed(bot, people=1, now=midnight)
    assert rows(bot)[0].not_before == midnight


def test_an_erased_lead_is_not_written_to(bot: Bot) -> None:
    confirmed(bot, people=1)
    with tenancy.partner(bot.partner_id):
        erase(lead=Lead.objects.get(), now=NOON)
    assert [(row.state, row.payload) for row in rows(bot)] == [("skipped", {"text": ""})]
