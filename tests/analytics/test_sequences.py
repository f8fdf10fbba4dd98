"""How far people come in the sequences: counted by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from analytics.periods import Period
from analytics.queries import sequences as queries
from analytics.queries.tallies import Whose
from analytics.reports.sequences import Course, Sent, courses
from funnels.milestones import Did
from funnels.sequence_schema import Entry, Sequence, SequenceStep
from partners import tenancy
from partners.models import Partner
from tests.analytics.test_rollups import count, happened
from tests.factories import NOW, make_lead, make_partner

HOUR = timedelta(hours=1)
COUNTED = {
    ("weight", "entered"): 100,
    ("weight", "at:"): 7,
    ("weight", "got:first"): 90,
    ("weight", "got:second"): 60,
    ("weight", "missed:second"): 5,
    ("weight", "got:old"): 3,
    ("weight", "at:second"): 20,
    ("weight", "at:first"): 3,
    ("weight", "left:finished"): 30,
    ("weight", "left:contact"): 15,
    ("weight", "left:unsubscribed"): 25,
    ("weight", "did:shop"): 12,
    ("weight", "did:contact"): 15,
    ("weight", "did:any"): 20,
    ("gone", "entered"): 1,
}


def short_sequence(key: str) -> Sequence:
    steps = tuple(SequenceStep(key=step, after="24h", text="…") for step in ("first", "second"))
    return Sequence(format=1, key=key, title=key.title(), topic="tips", entry=Entry(intent="client"), steps=steps)


def test_everybody_who_entered_is_somewhere() -> None:
    published = {"energy": short_sequence("energy"), "weight": short_sequence("weight")}
    energy, weight, gone = courses(COUNTED, published)
    assert (energy.entered, energy.converted.value, len(energy.messages)) == (0, None, 2)
    assert (weight.entered, weight.waiting, weight.running, weight.finished, weight.gone) == (100, 7, 30, 30, 40)
    assert weight.running + weight.finished + weight.gone == weight.entered
    assert list(weight.left.items()) == [("unsubscribed", 25), ("contact", 15)]
    assert [(one.key, one.got, one.missed, one.standing) for one in weight.messages] == [
        ("first", 90, 0, 3),
        ("second", 60, 5, 20),
        ("old", 3, 0, 0),
    ]
    assert (weight.got(weight.messages[1]).value, weight.rate(Did.SHOP).value) == (0.6, 0.12)
    assert (weight.converted.part, weight.converted.whole) == (20, 100)
    assert (round(weight.converted.interval.low, 3), round(weight.converted.interval.high, 3)) == (0.133, 0.289)
    assert (gone.key, gone.title, gone.entered, gone.messages) == ("gone", "gone", 1, ())


@pytest.fixture
def partner(db: None) -> Partner:
    return make_partner("anna")


def of(partner: Partner, days: int = 1) -> Course:
    period = Period(NOW.date() - timedelta(days=days - 1), NOW.date())
    with tenancy.partner(partner.pk):
        [found] = queries.courses(Whose(partner.pk), period)
    return found


def test_two_lives(partner: Partner) -> None:
    one, two, early = (make_lead(partner) for _ in range(3))
    for lead, at in ((one, NOW), (two, NOW), (early, NOW - 48 * HOUR)):
        happened(lead, "started", at)
        happened(lead, "sequence_entered", at + HOUR, "weight")
    happened(one, "warmup_sent", NOW + 2 * HOUR, "weight:first")
    happened(two, "warmup_sent", NOW + 2 * HOUR, "weight:first")
    happened(two, "warmup_sent", NOW + 3 * HOUR, "weight:second", missed=True)
    happened(two, "link_clicked", NOW + 4 * HOUR, "weight:first", slot="shop")
    happened(two, "sequence_ended", NOW + 5 * HOUR, "weight", reason="ordered")
    happened(early, "sequence_ended", NOW, "weight", reason="finished")
    count(one, two, early)
    today = of(partner)
    assert (today.entered, today.running, today.finished, dict(today.left)) == (2, 1, 0, {"ordered": 1})
    assert today.messages == (Sent("first", "first", 2, 0, 1), Sent("second", "second", 0, 1, 0))
    assert (today.did[Did.SHOP], today.any, today.converted.value) == (1, 1, 0.5)
    assert (of(partner, days=3).entered, of(partner, days=3).finished) == (3, 1)
