"""The simulator against the real services: the same acts, the same times, messages and ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from content.models import OutboxMessage
from funnels.fitting import fitting
from funnels.lived_warmup import LivedWarmup
from funnels.models import Enrollment
from funnels.schema import Answers
from funnels.services import enrollments
from funnels.services.sequences import sequences_of
from funnels.services.tick import tick
from funnels.timing import QuietHours
from partners import tenancy
from partners.models import Bot, Lead
from tests.factories import NOW, make_bot, make_lead, make_partner
from tests.network import publish_network, publish_sequence

KEYS = ("weight", "beauty", "business")
BRANCHES = {
    "weight": {"intent": "client", "pain": "weight"},
    "beauty": {"intent": "client", "pain": "beauty"},
    "business": {"intent": "business", "goal": "10_30k"},
}
ENDS = {"bought": "ordered", "contact": "contact", "declined": "unsubscribed"}
ACTS = st.lists(
    st.sampled_from([*KEYS, "hour", "day", "next", "next", "next", "snooze", "bought", "contact", "declined"]),
    min_size=4,
    max_size=10,
)
Lived = tuple[list[tuple[str, datetime]], dict[str, tuple[str, int]]]


@pytest.fixture
def bot(db: None) -> Bot:
    publish_network()
    for key in KEYS:
        publish_sequence(key)
    return make_bot(make_partner("anna"))


class Real:
    """A lead in the database."""

    def __init__(self, bot: Bot) -> None:
        self.bot, self.lead, self.now = bot, make_lead(bot.partner), NOW

    def do(self, act: str) -> None:
        lead = self.lead
        lead.refresh_from_db()
        match act:
            case "hour" | "day":
                self.live(self.now + (timedelta(hours=1) if act == "hour" else timedelta(days=1)))
            case "next":
                before = self.sent()
                while self.sent() == before and (due := self.due()) is not None:
                    self.live(due)
            case "snooze":
                enrollments.snooze(lead=lead, now=self.now)
            case "bought" | "contact" | "declined":
                enrollments.leave(lead_id=lead.pk, reason=Enrollment.Exit(ENDS[act]), now=self.now)
            case branch:
                Lead.objects.filter(pk=lead.pk).update(**{"pain": "", "goal": ""} | BRANCHES[branch])
                lead.refresh_from_db()
                enrollments.enroll(lead=lead, partner=self.bot.partner, now=self.now)

    def due(self) -> datetime | None:
        active = Enrollment.objects.filter(state=Enrollment.State.ACTIVE).order_by("fire_at")
        return active.values_list("fire_at", flat=True).first()

    def live(self, until: datetime) -> None:
        while (due := self.due()) is not None and due <= until:
            tick(partner_id=self.bot.partner_id, now=due)
            # the message leaves at once: a later snooze does not reach it
            OutboxMessage.objects.filter(state="queued").update(state="sent")
        self.now = until

    def sent(self) -> list[tuple[str, datetime]]:
        rows = OutboxMessage.objects.order_by("pk").values_list("dedupe_key", "not_before")
        return [(key.rpartition(":")[2], at) for key, at in rows]

    def lived(self) -> Lived:
        rows = Enrollment.objects.all()
        ends = {row.sequence: (row.exit_reason or row.state, row.position) for row in rows}
        return self.sent(), {key: (end, place) for key, (end, place) in ends.items()}


class Simulated:
    def __init__(self, bot: Bot) -> None:
        partner = bot.partner
        quiet = QuietHours(partner.quiet_from, partner.quiet_to)
        sequences = sequences_of(partner_id=partner.pk)
        self.warmup = LivedWarmup(sequences, ZoneInfo(partner.time_zone), quiet)
        self.now, self.sent = NOW, list[tuple[str, datetime]]()

    def do(self, act: str) -> None:
        match act:
            case "hour" | "day":
                self.live(self.now + (timedelta(hours=1) if act == "hour" else timedelta(days=1)))
            case "next":
                planned = self.warmup.planned(self.now)
                self.live(planned.at if planned else self.now)
            case "snooze":
                self.warmup.snooze(self.now)
            case "bought" | "contact" | "declined":
                self.warmup.leave(ENDS[act])  # type: ignore[arg-type]
            case branch:
                answers = Answers.model_validate(BRANCHES[branch])
                assert fitting(self.warmup.sequences, answers) is not None
                self.warmup.enroll(answers, self.now)

    def live(self, until: datetime) -> None:
        self.sent += [(moment.step.key, moment.at) for moment in self.warmup.live(until) if not moment.missed]
        self.now = until

    def lived(self) -> Lived:
        stays = self.warmup.stays.items()
        return self.sent, {key: (stay.end or "active", stay.position) for key, stay in stays}


@given(acts=st.tuples(st.sampled_from(KEYS), ACTS).map(lambda parts: [parts[0], *parts[1]]))
@example(acts=["weight", *["next"] * 8])
@example(acts=["weight", "next", "snooze", "day", "next", "next"])
@example(acts=["weight", "next", "beauty", "next", "weight", "next", "next"])
@example(acts=["business", "next", "declined", "business", "next"])
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_the_same_acts_give_the_same_life(bot: Bot, acts: list[str]) -> None:
    with transaction.atomic():
        real = Real(bot)
        with tenancy.partner(bot.partner_id):
            simulated = Simulated(bot)
            for act in acts:
                real.do(act)
                simulated.do(act)
                assert simulated.lived() == real.lived(), act
                assert simulated.now == real.now, act
        transaction.set_rollback(True)
