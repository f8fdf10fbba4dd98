from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners import tenancy
from partners.models import AuditEntry, Incident, IncidentEvent, Partner
from tests.factories import NOW, make_bot, make_partner
from tests.personas import analyst, client_of, colleague, editor, operator, owner, stranger

pytestmark = pytest.mark.django_db

LIST = "admin:partners_incident_changelist"


def make_incident(partner: Partner | None = None, **fields: Any) -> Incident:
    values = {"kind": "token", "state": "open", "since": NOW, "bad_at": NOW, "opened_at": NOW, "times": 1}
    with tenancy.all_partners():
        incident = Incident.objects.create(partner=partner, **values | fields)
        IncidentEvent.objects.create(incident=incident, partner=partner, what="opened", at=NOW)
    return incident


def test_open_ones_come_first_and_say_what_to_do() -> None:
    make_incident(make_partner(name="<b>Старый"), state="closed", closed_at=NOW, opened_at=NOW + timedelta(days=1))
    make_incident(make_partner(name="Новый"))
    make_incident(make_partner(name="Тайна"), state="suspected", times=0)
    page = client_of(operator()).get(reverse(LIST)).content.decode()
    assert page.index("Новый") < page.index("&lt;b&gt;Старый")
    assert "Telegram больше не принимает токен" in page
    assert "Тайна" not in page


def test_filters() -> None:
    make_incident(make_partner(name="Анна"))
    make_incident(None, kind="disk", subject="a:/data", state="closed", closed_at=NOW)
    client = client_of(operator())
    for query, anna, disk in (
        ({"state": "open"}, True, False),
        ({"state": "closed"}, False, True),
        ({"kind": "disk"}, False, True),
        ({"q": "анна"}, True, False),
        ({"kind": "nonsense", "state": "nonsense"}, True, True),
    ):
        page = client.get(reverse("admin:partners_incident_fragment"), query).content.decode()
        assert ("Анна" in page, "a:/data" in page) == (anna, disk), query


def test_an_operator_takes_and_mutes_and_the_audit_log_knows() -> None:
    incident = make_incident(make_partner())
    user = operator()
    client = client_of(user)
    for deed in ("take", "mute", "unmute"):
        assert client.post(reverse("admin:partners_incident_act", args=[incident.pk, deed])).status_code == 302
    assert client.post(reverse("admin:partners_incident_act", args=[incident.pk, "close"])).status_code == 404
    assert client.get(reverse("admin:partners_incident_act", args=[incident.pk, "take"])).status_code == 405
    with tenancy.all_partners():
        incident.refresh_from_db()
        assert (incident.taken_by, incident.muted_until) == (user.username, None)
        assert [event.what for event in incident.events.all()] == ["opened", "taken", "muted", "unmuted"]
        assert AuditEntry.objects.filter(model="partners.incident", object_id=str(incident.pk)).count() == 3


def test_nobody_but_operators() -> None:
    partner = make_partner()
    make_bot(partner)
    incident = make_incident(partner)
    for user in (owner(partner), colleague(partner), stranger(), editor(), analyst()):
        client = client_of(user)
        for name in (LIST, "admin:partners_incident_fragment"):
            assert client.get(reverse(name)).status_code == 403
        assert client.post(reverse("admin:partners_incident_act", args=[incident.pk, "take"])).status_code == 403
        assert "incidents-home" not in client.get(reverse("admin:index")).content.decode()


def test_the_home_page_shows_open_ones() -> None:
    partner = make_partner(name="Анна")
    make_bot(partner)
    make_incident(partner)
    make_incident(None, kind="disk", state="closed", closed_at=NOW, subject="old-disk")
    page = client_of(operator()).get(reverse("admin:index")).content.decode()
    assert "incidents-home" in page
    assert f"?q={partner.slug}" in page
    assert "old-disk" not in page


def test_one_incident_and_thirty_cost_the_same_queries() -> None:
    client = client_of(operator())
    counts = []
    for rows in (1, 29):
        for _number in range(rows):
            make_incident(make_bot(make_partner()).partner)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(LIST)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
