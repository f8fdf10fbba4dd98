from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from funnels.models import Alert
from partners import tenancy
from partners.models import Lead, Partner
from tests.factories import NOW, make_lead, make_partner
from tests.personas import client_of, colleague, operator, owner, stranger

pytestmark = pytest.mark.django_db

LIST = reverse("admin:funnels_alert_changelist")


def alert(lead: Lead, **fields: Any) -> Alert:
    values = {"trigger": Alert.Trigger.CONTACT_LEFT, "day": NOW.date(), "at": NOW}
    with tenancy.all_partners():
        return Alert.objects.create(lead=lead, partner_id=lead.partner_id, **values | fields)


def text_of(client: Client, query: str = "") -> str:
    return client.get(LIST + query).content.decode()


def handle(client: Client, *alerts: Alert) -> int:
    sent = {"action": "mark_handled", "_selected_action": [alert.pk for alert in alerts]}
    return client.post(LIST, sent).status_code


def states() -> list[str]:
    with tenancy.all_partners():
        return list(Alert.objects.order_by("pk").values_list("state", flat=True))


@pytest.fixture
def anna() -> Partner:
    return make_partner("anna", time_zone="Asia/Vladivostok")


def test_who_sees_whose(anna: Partner) -> None:
    alert(make_lead(anna, first_name="Аннин"))
    alert(make_lead(make_partner(), first_name="Чужой"))
    for user, seen in (
        (operator(), ["Аннин", "Чужой"]),
        (owner(anna), ["Аннин"]),
        (colleague(anna), ["Аннин"]),
        (stranger(), []),
    ):
        text = text_of(client_of(user))
        assert [name for name in ("Аннин", "Чужой") if name in text] == seen
    assert Client().get(LIST).status_code == 302


def test_who_may_settle_whose(anna: Partner) -> None:
    one, two, three = (alert(make_lead(anna)) for _ in range(3))
    handle(client_of(stranger()), one, two, three)
    assert states() == ["open"] * 3
    for user, mine in ((owner(anna), one), (colleague(anna), two), (operator(), three)):
        handle(client_of(user), mine)
        assert states().count("open") == [one, two, three][::-1].index(mine)


def test_handled_is_the_lead(anna: Partner) -> None:
    lead, other = make_lead(anna), make_lead(anna)
    chosen = alert(lead)
    alert(lead, trigger=Alert.Trigger.LINK_CLICKED, remind_at=NOW)
    alert(other)
    assert handle(client_of(operator()), chosen) == 302
    assert states() == ["handled", "handled", "open"]
    with tenancy.all_partners():
        lead.refresh_from_db()
        assert not Alert.objects.filter(remind_at__isnull=False).exists()
    assert lead.status == Lead.Status.CONTACTED


def test_a_row_tells_when_it_is_told_again(anna: Partner) -> None:
    alert(make_lead(anna), reminders=1, remind_at=NOW + timedelta(hours=3))
    assert "×1 · " in (text := text_of(client_of(operator())))
    assert "02.03 22:00" in text  # in Vladivostok


def test_filters_and_search(anna: Partner) -> None:
    alert(make_lead(anna, first_name="Нужная"))
    late = {"trigger": Alert.Trigger.LINK_CLICKED, "state": Alert.State.HANDLED}
    alert(make_lead(anna, first_name="Лишняя"), **late)
    client = client_of(owner(anna))
    for query in ("?trigger__exact=contact_left", "?state__exact=open", "?q=нужн"):
        text = text_of(client, query)
        assert "Нужная" in text, query
        assert "Лишняя" not in text, query


def test_an_alert_leads_to_its_lead(anna: Partner) -> None:
    lead = make_lead(anna, first_name="<img src=x>")
    one = alert(lead)
    page = reverse("admin:partners_lead_change", args=[lead.pk])
    text = text_of(client_of(operator()))
    assert f'href="{page}">&lt;img src=x&gt;</a>' in text
    assert "<img src=x" not in text
    url = reverse("admin:funnels_alert_change", args=[one.pk])
    assert client_of(operator()).get(url).headers["Location"] == page
    assert client_of(stranger()).get(url).status_code == 404
    assert client_of(operator()).post(url, {"state": "handled"}).status_code == 302
    assert states() == ["open"]


def test_thirty_rows_cost_the_queries_of_one(anna: Partner) -> None:
    client = client_of(operator())
    alert(make_lead(anna))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST).status_code == 200
        return len(captured)

    one = queries()
    for _ in range(29):
        alert(make_lead(make_partner()))
    assert queries() == one
