"""How many entered, stand, got, finished, left and did what the sequence is for."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from funnels.experiments import Arm
from funnels.models import Enrollment, FunnelEvent
from funnels.progress import Cohort, Converted, Got, got, totals, trial
from partners import tenancy
from partners.models import Lead, Partner
from tests.factories import make_lead, make_partner

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def stand(partner: Partner, state: str = "active", step: str = "first", **fields: Any) -> Lead:
    lead = make_lead(partner)
    fire_at = NOON + DAY if state == "active" else None
    values = {"entered_at": NOON, "sequence": "weight", "next_step": step, "fire_at": fire_at}
    with tenancy.all_partners():
        Enrollment.objects.create(partner=partner, lead=lead, state=state, **values | fields)
    return lead


def happen(lead: Lead, kind: str, at: datetime = NOON + HOUR, step: str = "", **data: Any) -> None:
    with tenancy.all_partners():
        FunnelEvent.objects.create(partner_id=lead.partner_id, lead=lead, kind=kind, step=step, data=data, at=at)


def everybody() -> AbstractContextManager[None]:
    return tenancy.all_partners()


@pytest.fixture
def partner(db: None) -> Partner:
    return make_partner("anna")


def test_everybody_is_counted_once_where_they_are(partner: Partner) -> None:
    for step in ("first", "first", "second"):
        stand(partner, step=step)
    stand(partner, "frozen", "second", left_over=DAY)
    stand(partner, "finished", "")
    for reason in ("contact", "contact", "blocked"):
        stand(partner, "left", "", exit_reason=reason)
    stand(partner, sequence="energy")
    with everybody():
        found = totals(Cohort())
    weight = found["weight"]
    assert (weight.entered, weight.running, weight.frozen, weight.finished, weight.left) == (8, 4, 1, 1, 3)
    assert weight.standing == {"first": 2, "second": 2}
    assert weight.reasons == {"contact": 2, "blocked": 1}
    assert weight.running + weight.finished + weight.left == weight.entered
    assert found["energy"].entered == 1


def test_what_a_sequence_aims_at_counts_after_the_entry(partner: Partner) -> None:
    both, ordered, before, other = (stand(partner) for _ in range(4))
    happen(both, "link_clicked", slot="shop")
    happen(both, "link_clicked", slot="registration", at=NOON + DAY)
    happen(both, "contact_left", what="phone")
    happen(ordered, "status_changed", to="ordered")
    happen(before, "contact_left", at=NOON - HOUR)
    happen(other, "link_clicked", slot="blog")
    happen(other, "status_changed", to="contacted")
    with everybody():
        assert totals(Cohort())["weight"].converted == Converted(clicked=1, contact=1, ordered=1, any=2)


def test_a_partner_and_a_period_cut_the_same_people_everywhere(partner: Partner) -> None:
    boris = make_partner("boris")
    early, late, his = stand(partner, entered_at=NOON - 9 * DAY), stand(partner), stand(boris)
    for lead in (early, late, his):
        happen(lead, "warmup_sent", step="weight:first", variant="a")
        happen(lead, "link_clicked", at=NOON + 2 * HOUR, step="weight:first", slot="shop")
    for cohort, people in (
        (Cohort(), 3),
        (Cohort(partner.pk), 2),
        (Cohort(partner.pk, NOON - DAY), 1),
        (Cohort(None, NOON - DAY), 2),
    ):
        with everybody():
            found = totals(cohort)["weight"]
            assert (found.entered, found.converted.clicked) == (people, people)
            assert got("weight", cohort) == {"first": Got(people)}


def test_behind_a_partners_door_are_only_their_people(partner: Partner) -> None:
    happen(stand(partner), "warmup_sent", step="weight:first", variant="a")
    happen(stand(make_partner("boris")), "warmup_sent", step="weight:first", variant="a")
    with tenancy.partner(partner.pk):
        assert totals(Cohort())["weight"].entered == 1
        assert got("weight", Cohort()) == {"first": Got(1)}
        assert trial("weight", "first", Cohort()) == {"a": Arm("a", 1, 0)}


def test_who_got_a_message_and_who_missed_it(partner: Partner) -> None:
    one, two = stand(partner), stand(partner)
    for lead in (one, one, two):
        happen(lead, "warmup_sent", step="weight:first")
    happen(two, "warmup_sent", step="weight:second", missed=True)
    happen(one, "warmup_sent", step="energy:first")
    with everybody():
        assert got("weight", Cohort()) == {"first": Got(2), "second": Got(0, 1)}


def test_a_text_on_trial_counts_what_followed_within_a_week(partner: Partner) -> None:
    place = "weight:first"
    acts: list[tuple[str, str, timedelta, dict[str, Any]]] = [
        ("a", "link_clicked", HOUR, {"step": place, "slot": "shop"}),
        ("a", "link_clicked", HOUR, {"step": "weight:second", "slot": "shop"}),  # of another message
        ("a", "contact_left", 8 * DAY, {}),  # too late
        ("b", "contact_left", 6 * DAY, {}),
        ("b", "status_changed", DAY, {"to": "ordered"}),
        ("b", "status_changed", DAY, {"to": "hot"}),
        ("b", "contact_left", -HOUR, {}),  # before it
    ]
    for variant, kind, after, data in acts:
        lead = stand(partner)
        happen(lead, "warmup_sent", NOON, place, variant=variant)
        happen(lead, kind, NOON + after, **data)
    happen(stand(partner), "warmup_sent", NOON, place)  # an own text: no variant
    with everybody():
        assert trial("weight", "first", Cohort()) == {"a": Arm("a", 3, 1), "b": Arm("b", 4, 2)}
