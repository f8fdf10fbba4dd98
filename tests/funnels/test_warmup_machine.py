"""Whatever happens in whatever order: no message comes too early, at night, too often, twice or to who has left."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from botrunner.services.outgoing import take_due
from content.models import OutboxMessage
from content.outbox.delivery import Result, finish
from funnels.models import Enrollment, SequencePause
from funnels.services import enrollments, pauses
from funnels.services.presence import mark_blocked, mark_unblocked
from funnels.services.script import forget_scripts
from funnels.services.sequences import sequence_of
from funnels.services.tick import tick
from funnels.timing import APART
from partners import tenancy
from partners.models import Bot, Consent, Lead
from tests.factories import make_bot, make_consent, make_lead, make_partner
from tests.funnels.test_tick import publish
from tests.network import publish_network

NOON = datetime(2026, 3, 27, 9, 0, tzinfo=UTC)  # two days before Berlin's clocks go forward
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVENING, MORNING = time(21), time(10)
PHONES = {"": "Europe/Moscow", "+493012345678": "Europe/Berlin", "+74232123456": "Asia/Vladivostok"}
MOSCOW = ZoneInfo("Europe/Moscow")
BRANCHES = ("weight", "energy")
SEQUENCE = """
format: 1
key: {key}
title: Вес
topic: tips
entry: {{intent: client, pain: {key}}}
leave_on_contact: false
steps:
  - {{key: one, after: 4h, text: "{key} 1", late: {{policy: send, hours: 6}}}}
  - {{key: two, after: 24h, text: "{key} 2"}}
  - {{key: three, after: 30h, text: "{key} 3", late: {{policy: skip}}}}
  - {{key: four, after: 24h, text: "{key} 4"}}
"""
DELAYS = {"one": 4 * HOUR, "two": DAY, "three": 30 * HOUR, "four": DAY}


@dataclass
class Person:
    """What the model knows of a lead."""

    lead: Lead
    zone: ZoneInfo = MOSCOW
    branch: str = ""
    silent: str = ""  # why nothing may arrive
    silent_until: datetime = NOON
    since: dict[str, datetime] = field(default_factory=dict)  # by sequence: from when the next delay counts
    arrived: list[tuple[datetime, str]] = field(default_factory=list)


class WarmUp(RuleBasedStateMachine):
    bot: Bot  # set by the test

    def __init__(self) -> None:
        super().__init__()
        self.now, self.paused = NOON, set[str]()
        with tenancy.all_partners():
            OutboxMessage.objects.all().delete()
            Enrollment.objects.all().delete()
            SequencePause.objects.all().delete()
        self.person = Person(make_lead(self.bot.partner, intent="client", offers_asked_at=NOON))
        make_consent(self.person.lead)

    @rule(branch=st.sampled_from(BRANCHES), times=st.integers(0, 3), runs=st.booleans())
    def chooses(self, branch: str, times: int, runs: bool) -> None:
        """And some time passes, with or without the runner."""
        person = self.person
        if person.silent:
            return
        person.branch = branch
        with tenancy.partner(self.bot.partner_id):
            Lead.objects.filter(pk=person.lead.pk).update(pain=branch)
            lead = Lead.objects.get(pk=person.lead.pk)
            if enrollments.enroll(lead=lead, partner=self.bot.partner, now=self.now):
                person.since[branch] = self.now
        if runs:
            self._deliver()
        for _time in range(times):
            self._to_next()
            self._plan()
            if runs:
                self._deliver()

    @rule(hours=st.integers(1, 60))
    def everything_is_down(self, hours: int) -> None:
        self.now += hours * HOUR
        self._plan()
        self._deliver()

    @rule(what=st.sampled_from(["snooze", "stop", "block", "come back"]))
    def wants(self, what: str) -> None:
        person, lead = self.person, self.person.lead
        known: dict[str, Any] = {"partner_id": lead.partner_id, "telegram_id": lead.telegram_id, "now": self.now}
        with tenancy.partner(lead.partner_id):
            match what:
                case "snooze":
                    person.silent_until = self.now + enrollments.SNOOZE
                    enrollments.snooze(lead=lead, now=self.now)
                case "stop":
                    person.silent = what
                    enrollments.leave(lead_id=lead.pk, reason=Enrollment.Exit.UNSUBSCRIBED, now=self.now)
                    Consent.objects.filter(lead=lead).update(withdrawn_at=self.now)
                case "block":
                    person.silent = what
                    mark_blocked(**known)
                case "come back":
                    person.silent = ""
                    mark_unblocked(**known)
                    Consent.objects.filter(lead=lead).update(withdrawn_at=None)

    @rule(phone=st.sampled_from([*PHONES]))
    def has_another_phone(self, phone: str) -> None:
        person = self.person
        person.zone = ZoneInfo(PHONES[phone])
        with tenancy.partner(self.bot.partner_id):
            Lead.objects.filter(pk=person.lead.pk).update(phone=phone)

    @rule(branch=st.sampled_from(BRANCHES))
    def pauses_or_resumes(self, branch: str) -> None:
        self.paused ^= {branch}
        change = pauses.pause if branch in self.paused else pauses.resume
        with tenancy.partner(self.bot.partner_id):
            change(partner_id=self.bot.partner_id, sequence=branch, now=self.now)

    def _to_next(self) -> None:
        """To the next moment at which something is due, if there is one ahead; else an hour."""
        with tenancy.partner(self.bot.partner_id):
            waiting = OutboxMessage.objects.filter(state="queued").values_list("not_before", flat=True)
            planned = Enrollment.objects.filter(state="active").values_list("fire_at", flat=True)
            ahead = [at for at in (*waiting, *planned) if at is not None and at > self.now]
        self.now = min(ahead, default=self.now + HOUR)

    def _plan(self) -> None:
        with tenancy.partner(self.bot.partner_id):
            newest = OutboxMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            tick(partner_id=self.bot.partner_id, now=self.now)
            for row in OutboxMessage.objects.filter(pk__gt=newest):
                _sequence, _enrollment, step = row.dedupe_key.split(":")
                branch = row.source.removeprefix("sequence:")
                assert branch not in self.paused
                assert self.now - self.person.since[branch] >= DELAYS[step]
                self.person.since[branch] = self.now

    def _deliver(self) -> None:
        with tenancy.all_partners():
            claimed = take_due(room={self.bot.pk: 9}, now=self.now, busy_chats=())
            finish(results=[Result(one.id, OutboxMessage.State.SENT) for one in claimed], now=self.now)
        person = self.person
        for one in claimed:
            assert not person.silent
            assert self.now >= person.silent_until
            assert one.source == f"sequence:{person.branch}"
            assert person.branch not in self.paused
            clock = self.now.astimezone(person.zone).time()
            assert MORNING <= clock < EVENING
            person.arrived.append((self.now, str(one.message.text)))

    @invariant()
    def never_too_often_and_never_twice(self) -> None:
        times = [at for at, _text in self.person.arrived]
        assert all(later - earlier >= APART for earlier, later in pairwise(times))
        texts = [text for _at, text in self.person.arrived]
        assert len(texts) == len(set(texts))

    @invariant()
    def nobody_stands_in_two_sequences(self) -> None:
        with tenancy.partner(self.bot.partner_id):
            assert Enrollment.objects.filter(lead=self.person.lead, ended_at=None).count() <= 1


class TestWarmUp(TestCase):
    def test_any_life_of_leads(self) -> None:
        publish_network()
        for key in BRANCHES:
            publish(SEQUENCE.format(key=key), key=key)
        WarmUp.bot = make_bot(make_partner("anna"))
        run_state_machine_as_test(WarmUp, settings=settings(max_examples=25, stateful_step_count=15))

    def tearDown(self) -> None:
        forget_scripts()
        sequence_of.cache_clear()
