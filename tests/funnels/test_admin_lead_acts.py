"""The page of a lead: the score with its reasons, and the buttons that do what those under a card do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from funnels.models import Alert, FunnelEvent
from partners import tenancy
from partners.models import Lead
from tests.factories import NOW, make_lead, make_partner
from tests.personas import client_of, colleague, make_user, operator, owner, stranger

pytestmark = pytest.mark.django_db

LIST = reverse("admin:partners_lead_changelist")


def alert(lead: Lead, trigger: str = "contact_left") -> None:
    with tenancy.all_partners():
        Alert.objects.create(lead=lead, partner_id=lead.partner_id, trigger=trigger, day=NOW.date(), at=NOW)


def event(lead: Lead, kind: str, **data: Any) -> None:
    at = timezone.now() - timedelta(hours=3)
    with tenancy.all_partners():
        FunnelEvent.objects.create(lead=lead, partner_id=lead.partner_id, kind=kind, data=data, at=at)


def do(client: Client, lead: Lead, word: str) -> int:
    return client.post(reverse("admin:partners_lead_act", args=[lead.pk]), {"do": word}).status_code


def state(lead: Lead) -> tuple[str, bool, list[str]]:
    with tenancy.all_partners():
        found = Lead.objects.get(pk=lead.pk)
        return found.status, found.taken_at is not None, list(found.alerts.values_list("state", flat=True))


def page(user: User, lead: Lead) -> str:
    return client_of(user).get(reverse("admin:partners_lead_change", args=[lead.pk])).content.decode()


@pytest.fixture
def lead() -> Lead:
    lead = make_lead(make_partner())
    alert(lead)
    return lead


@pytest.mark.parametrize("persona", ["operator", "owner", "colleague"])
def test_who_may_act(lead: Lead, persona: str) -> None:
    user = {"operator": lambda p: operator(), "owner": owner, "colleague": colleague}[persona](lead.partner)
    client = client_of(user)
    assert do(client, lead, "done") == 302
    assert state(lead) == ("contacted", False, ["handled"])
    assert do(client, lead, "take") == 302
    assert state(lead)[1] is True
    assert do(client, lead, "take") == 302
    assert do(client, lead, "give") == 302
    assert do(client, lead, "ordered") == 302
    assert state(lead) == ("ordered", False, ["handled"])


def test_strangers_and_nobodies_may_not(lead: Lead) -> None:
    assert do(client_of(stranger()), lead, "done") == 404
    assert do(client_of(make_user()), lead, "done") in (302, 403, 404)
    assert do(Client(), lead, "done") == 302
    assert state(lead) == ("new", False, ["open"])


@pytest.mark.parametrize("word", ["", "hot", "unsubscribed", "new", "x" * 1_000])
def test_only_what_a_person_can_know_is_set(lead: Lead, word: str) -> None:
    assert do(client_of(owner(lead.partner)), lead, word) == 404
    assert state(lead) == ("new", False, ["open"])


def test_a_look_changes_nothing_and_the_erased_are_left_alone(lead: Lead) -> None:
    client = client_of(owner(lead.partner))
    assert client.get(reverse("admin:partners_lead_act", args=[lead.pk])).status_code == 405
    with tenancy.all_partners():
        Lead.objects.update(erased_at=NOW)
    assert do(client, lead, "done") == 404
    assert 'value="done"' not in page(owner(lead.partner), lead)


def test_the_score_is_told_line_by_line(lead: Lead) -> None:
    event(lead, "contact_left", what="phone")
    event(lead, "button_pressed", set={"intent": "business"})
    text = page(owner(lead.partner), lead)
    assert "<b>40</b>" in text
    assert "+20 оставил(а) телефон, 3 ч назад" in text
    assert "+20 интересуется заработком, 3 ч назад" in text


def test_what_the_partner_did_is_in_the_timeline(lead: Lead) -> None:
    client = client_of(owner(lead.partner))
    for word in ("take", "give", "partner"):
        do(client, lead, word)
    with tenancy.all_partners():
        kinds = list(FunnelEvent.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["dialogue_taken", "dialogue_returned", "status_changed"]
    text = page(owner(lead.partner), lead)
    assert not any(kind in text for kind in kinds)


def test_filters_by_score_and_alerts() -> None:
    partner = make_partner()
    hot = make_lead(partner, first_name="Горячая", score=51)
    make_lead(partner, first_name="Тёплая", score=50)
    alert(hot)
    client = client_of(owner(partner))
    for query in ("score=hot", "alerts=open"):
        text = client.get(f"{LIST}?{query}").content.decode()
        assert "Горячая" in text, query
        assert "Тёплая" not in text, query
    assert "Тёплая" in client.get(f"{LIST}?score=warm").content.decode()
    assert "Горячая" not in client.get(f"{LIST}?score=very_hot").content.decode()


def test_thirty_leads_cost_the_queries_of_one() -> None:
    partner = make_partner()
    client = client_of(owner(partner))

    def queries(more: int) -> int:
        for _lead in range(more):
            one = make_lead(partner, score=60)
            alert(one)
            alert(one, "link_clicked")
        with CaptureQueriesContext(connection) as captured:
            assert "🔔 2" in client.get(LIST).content.decode()
        return len(captured)

    assert queries(1) == queries(29)


def test_many_reasons_and_alerts_cost_the_queries_of_one(lead: Lead) -> None:
    client = client_of(owner(lead.partner))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("admin:partners_lead_change", args=[lead.pk]))
        return len(captured)

    event(lead, "message_received")
    one = queries()
    for trigger in ("link_clicked", "high_engagement", "question_unanswered"):
        alert(lead, trigger)
    for _event in range(29):
        event(lead, "message_received")
    assert queries() == one


def test_what_an_operator_does_belongs_to_the_leads_partner(lead: Lead) -> None:
    do(client_of(operator()), lead, "not_interested")
    with tenancy.partner(lead.partner_id):
        assert FunnelEvent.objects.get().lead_id == lead.pk
