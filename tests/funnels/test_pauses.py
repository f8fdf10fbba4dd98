"""Pauses of a partner and of a sequence, in any order: nobody loses a place or what was left of a delay."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.urls import reverse
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from content.models import OutboxMessage
from funnels.models import Enrollment, FunnelVersion, SequencePause
from funnels.services import enrollments, pauses
from funnels.services.enrollments import STALE
from partners import tenancy
from partners.models import Bot, Partner
from partners.services import reminders
from partners.services.partners import config_of, save_partner
from tests.factories import make_bot, make_lead, make_partner
from tests.funnels.test_tick import bot as bot  # a fixture
from tests.funnels.test_tick import enter, make_walker, publish, refreshed, sent, sequence_text, tick_at
from tests.network import publish_network
from tests.partners.test_admin_partners import data
from tests.personas import client_of, operator

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
State = Enrollment.State


def switch(bot: Bot, *, on: bool, now: datetime) -> None:
    with tenancy.partner(bot.partner_id):
        Partner.objects.filter(pk=bot.partner_id).update(auto_reminders=on)
        bot.partner.auto_reminders = on
        reminders.switched(partner=bot.partner, now=now)


def pause(bot: Bot, now: datetime, sequence: str = "weight", reason: str = "") -> bool:
    with tenancy.partner(bot.partner_id):
        return pauses.pause(partner_id=bot.partner_id, sequence=sequence, now=now, reason=reason)


def resume(bot: Bot, now: datetime, sequence: str = "weight") -> bool:
    with tenancy.partner(bot.partner_id):
        return pauses.resume(partner_id=bot.partner_id, sequence=sequence, now=now)


def test_a_pause_keeps_the_place_and_what_was_left(bot: Bot) -> None:
    enrollment = enter(bot, make_walker(bot))
    assert pause(bot, NOON + 20 * HOUR, reason="many errors")
    assert not pause(bot, NOON + 21 * HOUR, reason="again")
    assert tick_at(bot, NOON + 5 * DAY) == 0
    with tenancy.partner(bot.partner_id):
        assert SequencePause.objects.get().reason == "many errors"
    assert resume(bot, NOON + 5 * DAY)
    assert not resume(bot, NOON + 6 * DAY)
    assert refreshed(bot, enrollment).fire_at == NOON + 5 * DAY + 4 * HOUR


def test_who_enters_a_paused_sequence_is_frozen_at_once(bot: Bot) -> None:
    pause(bot, NOON)
    enrollment = enter(bot, make_walker(bot), NOON + HOUR)
    assert (enrollment.state, enrollment.fire_at, enrollment.left_over) == (State.FROZEN, None, DAY)
    resume(bot, NOON + 2 * DAY)
    assert refreshed(bot, enrollment).fire_at == NOON + 3 * DAY


def test_who_enters_while_the_partner_rests_is_frozen_at_once(bot: Bot) -> None:
    switch(bot, on=False, now=NOON)
    enrollment = enter(bot, make_walker(bot))
    assert (enrollment.state, enrollment.left_over) == (State.FROZEN, DAY)


def test_a_lead_who_entered_while_the_pause_was_being_written_gets_nothing(bot: Bot) -> None:
    pause(bot, NOON)
    enrollment = enter(bot, make_walker(bot))
    with tenancy.partner(bot.partner_id):
        Enrollment.objects.update(state=State.ACTIVE, fire_at=NOON + DAY, left_over=None)
    assert tick_at(bot, NOON + DAY) == 0
    assert sent(bot) == []
    assert refreshed(bot, enrollment).state == State.FROZEN


@pytest.mark.parametrize("first", ["partner", "sequence"])
def test_after_two_pauses_one_resumption_is_not_enough(bot: Bot, first: str) -> None:
    enrollment = enter(bot, make_walker(bot))
    pause(bot, NOON + HOUR)
    switch(bot, on=False, now=NOON + 2 * HOUR)
    steps = [lambda at: switch(bot, on=True, now=at), lambda at: resume(bot, at)]
    for number, step in enumerate(steps if first == "partner" else reversed(steps)):
        assert refreshed(bot, enrollment).state == State.FROZEN
        step(NOON + (number + 3) * DAY)
    assert refreshed(bot, enrollment).fire_at == NOON + 4 * DAY + 23 * HOUR


def test_what_waits_in_the_outbox_waits_there(bot: Bot) -> None:
    enter(bot, make_walker(bot))
    tick_at(bot, NOON + DAY)
    pause(bot, NOON + DAY)
    assert _outbox_state(bot) == OutboxMessage.State.HELD
    switch(bot, on=False, now=NOON + DAY)
    resume(bot, NOON + DAY)
    assert _outbox_state(bot) == OutboxMessage.State.HELD
    switch(bot, on=True, now=NOON + 2 * DAY)
    assert _outbox_state(bot) == OutboxMessage.State.QUEUED


def _outbox_state(bot: Bot) -> str:
    with tenancy.partner(bot.partner_id):
        return OutboxMessage.objects.get().state


def test_a_held_message_is_not_stale_after_the_pause(bot: Bot) -> None:
    enter(bot, make_walker(bot))
    tick_at(bot, NOON + DAY)
    pause(bot, NOON + DAY + HOUR)
    resume(bot, NOON + 9 * DAY)
    with tenancy.partner(bot.partner_id):
        assert OutboxMessage.objects.get().not_after == NOON + 9 * DAY + STALE - HOUR


def test_the_network_rests_as_a_whole(bot: Bot) -> None:
    boris = make_bot(make_partner("boris"))
    rows = [enter(one, make_walker(one)) for one in (bot, boris)]
    with tenancy.all_partners():
        assert pauses.pause_everywhere(sequence="weight", now=NOON, reason="a wrong price") == 2
        assert pauses.pause_everywhere(sequence="weight", now=NOON) == 0
    assert [refreshed(bot, rows[0]).state, refreshed(boris, rows[1]).state] == [State.FROZEN, State.FROZEN]
    with tenancy.all_partners():
        assert pauses.resume_everywhere(sequence="weight", now=NOON) == 2
    assert refreshed(boris, rows[1]).fire_at == NOON + DAY


class Pauses(RuleBasedStateMachine):
    """Two sequences of a partner; the model knows how much active time each place has had."""

    bot: Bot  # set by the test

    def __init__(self) -> None:
        super().__init__()
        self.now, self.on = NOON, True
        self.paused: set[str] = set()
        self.left: dict[int, timedelta] = {}
        self.sequences: dict[int, str] = {}
        with tenancy.all_partners():
            Enrollment.objects.all().delete()
            SequencePause.objects.all().delete()
            Partner.objects.filter(pk=self.bot.partner_id).update(auto_reminders=True)
        self.bot.partner.auto_reminders = True

    def rests(self, sequence: str) -> bool:
        return not self.on or sequence in self.paused

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR
        for pk, sequence in self.sequences.items():
            if not self.rests(sequence):
                self.left[pk] = self.left[pk] - hours * HOUR

    @rule(sequence=st.sampled_from(["weight", "energy"]))
    def someone_enters(self, sequence: str) -> None:
        lead = make_lead(self.bot.partner, intent="client", pain=sequence)
        with tenancy.partner(self.bot.partner_id):
            enrollment = enrollments.enroll(lead=lead, partner=self.bot.partner, now=self.now)
        assert enrollment is not None
        self.sequences[enrollment.pk], self.left[enrollment.pk] = sequence, DAY

    @rule(sequence=st.sampled_from(["weight", "energy"]))
    def sequence_paused(self, sequence: str) -> None:
        assert pause(self.bot, self.now, sequence) == (sequence not in self.paused)
        self._stop({sequence})
        self.paused.add(sequence)

    @rule(sequence=st.sampled_from(["weight", "energy"]))
    def sequence_resumed(self, sequence: str) -> None:
        assert resume(self.bot, self.now, sequence) == (sequence in self.paused)
        self.paused.discard(sequence)

    @rule(on=st.booleans())
    def partner_switched(self, on: bool) -> None:
        if not on:
            self._stop({"weight", "energy"})
        self.on = on
        switch(self.bot, on=on, now=self.now)

    def _stop(self, sequences: set[str]) -> None:
        """What was overdue when a pause began has nothing left of its delay."""
        for pk, sequence in self.sequences.items():
            if sequence in sequences and not self.rests(sequence):
                self.left[pk] = max(self.left[pk], timedelta(0))

    @invariant()
    def everybody_stands_where_they_should(self) -> None:
        with tenancy.partner(self.bot.partner_id):
            rows = {row.pk: row for row in Enrollment.objects.all()}
        for pk, sequence in self.sequences.items():
            row = rows[pk]
            if self.rests(sequence):
                assert (row.state, row.left_over) == (State.FROZEN, self.left[pk])
            else:
                assert (row.state, row.fire_at) == (State.ACTIVE, self.now + self.left[pk])


class TestPauses(TestCase):
    def test_any_order_of_pauses(self) -> None:
        publish_network()
        publish(sequence_text())
        with tenancy.all_partners():
            FunnelVersion.objects.create(
                kind=FunnelVersion.Kind.SEQUENCE,
                key="energy",
                number=1,
                text=sequence_text().replace("weight", "energy"),
                status=FunnelVersion.Status.PUBLISHED,
                created_at=NOON,
                published_at=NOON,
            )
        Pauses.bot = make_bot(make_partner("anna", quiet_from=time(0), quiet_to=time(0)))
        run_state_machine_as_test(Pauses, settings=settings(max_examples=15, stateful_step_count=20))


def test_the_switch_in_the_panel_freezes_and_thaws(bot: Bot) -> None:
    enrollment = enter(bot, make_walker(bot))
    client, url = client_of(operator()), reverse("admin:partners_partner_change", args=[bot.partner_id])
    values = data(funnel_enabled="on", work_from="09:00", work_to="21:00", digest_at="09:00")
    assert client.post(url, values).status_code == 302
    assert refreshed(bot, enrollment).state == State.FROZEN
    assert client.post(url, values | {"auto_reminders": "on"}).status_code == 302
    assert refreshed(bot, enrollment).state == State.ACTIVE


def test_the_switch_in_a_configuration_freezes(bot: Bot) -> None:
    enrollment = enter(bot, make_walker(bot))
    with tenancy.all_partners():
        partner = Partner.objects.get(pk=bot.partner_id)
        partner.auto_reminders = False
        config = config_of(partner)
        save_partner(config=config, now=NOON)
    assert refreshed(bot, enrollment).state == State.FROZEN
