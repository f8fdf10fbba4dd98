"""Stored scores: what the events say at that time, the statuses that follow, the alert of whoever becomes hot."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funnels import engine
from funnels.callbacks import Press
from funnels.models import Alert, FunnelEvent, FunnelVersion
from funnels.queries import scored_events
from funnels.scoring import score
from funnels.services.presets import weights
from funnels.services.scores import due_partners, rescore, rescore_due
from funnels.services.turn_rows import Person
from funnels.services.turns import Opened, Turn, Typed, take_turns
from funnels.tasks import rescore_leads
from partners import clock, tenancy
from partners.models import Lead, Partner
from tests.factories import NOW, make_lead, make_partner

IVAN = Person(1, "Иван")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def partner(sample: FunnelVersion) -> Partner:
    return make_partner()


def happened(lead: Lead, kind: str, *, at: Any = NOW, step: str = "", **data: Any) -> None:
    with tenancy.all_partners():
        FunnelEvent.objects.create(partner_id=lead.partner_id, lead=lead, kind=kind, step=step, data=data, at=at)


def make_hot(lead: Lead, *, at: Any = NOW) -> None:
    """20 + 20 + 20."""
    happened(lead, "button_pressed", at=at, set={"intent": "business"})
    happened(lead, "contact_left", at=at, what="phone")
    for _press in range(2):
        happened(lead, "link_clicked", at=at, slot="registration")


def rescored(lead: Lead, now: Any = NOW) -> Lead:
    with tenancy.partner(lead.partner_id):
        found = Lead.objects.select_for_update(of=("self",)).select_related("partner").get(pk=lead.pk)
        rescore(leads=[found], now=now)
    return stored(lead)


def stored(lead: Lead) -> Lead:
    with tenancy.all_partners():
        return Lead.objects.get(pk=lead.pk)


def alerts(lead: Lead) -> list[str]:
    with tenancy.all_partners():
        return list(Alert.objects.filter(lead=lead).order_by("pk").values_list("trigger", flat=True))


def test_both_axes_are_stored_and_the_next_change(partner: Partner) -> None:
    lead = make_lead(partner)
    happened(lead, "button_pressed", set={"intent": "client"})
    happened(lead, "contact_left", what="phone")
    lead = rescored(lead, NOW + MINUTE)
    assert (lead.score, lead.customer_score, lead.business_score) == (30, 30, 0)
    assert lead.score_due_at == NOW + DAY


def test_silence_takes_away_until_it_has_taken_all(partner: Partner) -> None:
    lead = make_lead(partner)
    happened(lead, "contact_left", what="phone")
    happened(lead, "button_pressed", set={"intent": "business"})
    now, seen = NOW, []
    while True:
        lead = rescored(lead, now)
        seen.append(lead.score)
        if lead.score_due_at is None:
            break
        now = lead.score_due_at
    assert seen == list(range(40, 18, -2))
    assert now == NOW + 10 * DAY


def test_who_never_did_anything_is_never_due(partner: Partner) -> None:
    lead = rescored(make_lead(partner, score_due_at=NOW))
    assert (lead.score, lead.score_due_at, lead.status) == (0, None, "new")


@pytest.mark.parametrize("status", ["new", "warming", "hot"])
def test_the_status_follows_the_score(partner: Partner, status: str) -> None:
    lead = make_lead(partner, status=status)
    make_hot(lead)
    assert rescored(lead).status == "hot"
    assert rescored(lead, NOW + 5 * DAY).status == "warming"
    happened(lead, "message_received", at=NOW + 5 * DAY)
    assert rescored(lead, NOW + 5 * DAY).status == "hot"


def test_warm_is_not_new_again(partner: Partner) -> None:
    lead = make_lead(partner, status="warming")
    assert rescored(lead).status == "warming"


@pytest.mark.parametrize("status", ["contacted", "ordered", "partner", "not_interested", "unsubscribed"])
def test_what_a_person_has_said_stays(partner: Partner, status: str) -> None:
    lead = make_lead(partner, status=status)
    make_hot(lead)
    lead = rescored(lead)
    assert (lead.status, lead.score) == (status, 60)


@pytest.mark.parametrize(
    ("status", "told"),
    [("new", True), ("contacted", True), ("unsubscribed", True), ("ordered", False), ("not_interested", False)],
)
def test_whoever_becomes_hot_raises_an_alert_once(partner: Partner, status: str, told: bool) -> None:
    lead = make_lead(partner, status=status)
    make_hot(lead)
    rescored(lead)
    rescored(lead)
    rescored(lead, NOW + MINUTE)
    assert alerts(lead) == ["high_engagement"] * told


def test_fifty_is_not_hot(partner: Partner) -> None:
    lead = make_lead(partner)
    happened(lead, "contact_left", what="phone")
    happened(lead, "contact_left", what="email")
    for _press in range(2):
        happened(lead, "link_clicked", slot="shop")
    assert (rescored(lead).score, alerts(lead)) == (50, [])
    happened(lead, "message_received")
    assert (rescored(lead).score, alerts(lead)) == (52, ["high_engagement"])


def test_a_turn_makes_the_lead_due_at_once(partner: Partner) -> None:
    def turn(act: Any, now: Any) -> None:
        with tenancy.partner(partner.pk):
            take_turns(partner_id=partner.pk, turns=[Turn(IVAN, act)], now=now)

    def due() -> Any:
        with tenancy.all_partners():
            return Lead.objects.get().score_due_at

    turn(Opened(), NOW)
    assert due() == NOW
    turn(Typed("Сколько?"), NOW + MINUTE)
    assert due() == NOW
    with tenancy.partner(partner.pk):
        assert rescore_due(partner_id=partner.pk, now=NOW + MINUTE, limit=10) == 1
    assert due() == NOW + MINUTE + DAY
    turn(engine.Home(), NOW + 2 * MINUTE)
    assert due() == NOW + 2 * MINUTE


def test_due_leads_are_taken_in_batches_and_only_of_the_partner(partner: Partner) -> None:
    for _lead in range(3):
        make_lead(partner, score_due_at=NOW)
    make_lead(partner, score_due_at=NOW + MINUTE)
    other = make_lead(make_partner(), score_due_at=NOW)
    with tenancy.all_partners():
        assert due_partners(now=NOW) == [partner.pk, other.partner_id]
    with tenancy.partner(partner.pk):
        assert [rescore_due(partner_id=partner.pk, now=NOW, limit=2) for _round in range(3)] == [2, 1, 0]
    assert stored(other).score_due_at == NOW


def test_many_leads_cost_the_queries_of_one(partner: Partner) -> None:
    def queries(count: int) -> int:
        for _lead in range(count):
            happened(make_lead(partner, score_due_at=NOW), "started")
        with tenancy.partner(partner.pk), CaptureQueriesContext(connection) as captured:
            assert rescore_due(partner_id=partner.pk, now=NOW, limit=100) == count
        return len(captured)

    assert queries(1) == queries(30)


@pytest.mark.django_db
def test_the_tick_does_it_for_all_partners(monkeypatch: pytest.MonkeyPatch) -> None:
    leads = [make_lead(make_partner(), score_due_at=NOW) for _partner in range(2)]
    for lead in leads:
        happened(lead, "contact_left", what="phone")
    monkeypatch.setattr(clock, "now", lambda: NOW + MINUTE)
    rescore_leads()
    assert [stored(lead).score for lead in leads] == [20, 20]


ACTS = st.sampled_from(
    [Opened(), Typed("А что это?"), engine.Home(), ("start", "0"), ("start", "1"), ("health", "0"), "tick"]
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(ACTS, st.integers(0, 60 * 24 * 4)), max_size=10))
def test_what_is_stored_is_what_the_events_say(sample: FunnelVersion, walk: list[tuple[Any, int]]) -> None:
    """At every moment a lead is either due or its stored score is the score of its events."""
    partner, now = make_partner(), NOW
    for act, minutes in walk:
        now += minutes * MINUTE
        with tenancy.partner(partner.pk):
            if act == "tick":
                rescore_due(partner_id=partner.pk, now=now, limit=10)
            else:
                turn = Turn(IVAN, Press(sample.pk, *act) if isinstance(act, tuple) else act)
                take_turns(partner_id=partner.pk, turns=[turn], now=now)
            for lead in Lead.objects.filter(partner=partner):
                expected = score(scored_events([lead.pk])[lead.pk], now=now, weights=weights())
                is_due = lead.score_due_at is not None and lead.score_due_at <= now
                assert is_due or (lead.score, lead.customer_score, lead.business_score) == (
                    expected.total, expected.customer, expected.business,
                )  # fmt: skip
                assert act != "tick" or not is_due
