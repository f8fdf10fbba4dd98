"""How the texts on trial do."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from funnels.experiments import Arm
from funnels.models import Enrollment, FunnelEvent
from funnels.progress import Cohort, trial
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


def test_behind_a_partners_door_are_only_their_people(partner: Partner) -> None:
    for whose in (partner, make_partner("boris")):
        happen(stand(whose), "warmup_sent", step="weight:first", variant="a")
    with tenancy.partner(partner.pk):
        assert trial("weight", "first", Cohort()) == {"a": Arm("a", 1, 0)}
    with everybody():
        assert trial("weight", "first", Cohort()) == {"a": Arm("a", 2, 0)}
        assert trial("weight", "first", Cohort(partner.pk)) == {"a": Arm("a", 1, 0)}
        assert trial("weight", "first", Cohort(None, NOON + DAY)) == {}


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
