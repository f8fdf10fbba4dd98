from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from funnels.models import FunnelEvent, FunnelVersion, LeadMessage
from funnels.queries import Timeline
from partners import tenancy
from partners.models import Lead
from tests.factories import make_lead, make_link, make_partner
from tests.funnels.samples import GOOD
from tests.personas import client_of, operator, owner

pytestmark = pytest.mark.django_db

LATE = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)  # in Moscow it is already March the 2nd
HOSTILE = ("</script><img src=x onerror=alert(1)>", '<b>&"')


def event(lead: Lead, kind: str, at: datetime = LATE, step: str = "health", **data: Any) -> FunnelEvent:
    with tenancy.all_partners():
        version, _new = FunnelVersion.objects.get_or_create(number=1, defaults={"text": GOOD, "created_at": LATE})
        return FunnelEvent.objects.create(
            lead=lead, partner_id=lead.partner_id, kind=kind, version=version, step=step, data=data, at=at
        )


def message(lead: Lead, text: str, at: datetime = LATE) -> LeadMessage:
    with tenancy.all_partners():
        return LeadMessage.objects.create(lead=lead, partner_id=lead.partner_id, text=text, at=at)


def address(lead: Lead) -> str:
    return reverse("admin:partners_lead_change", args=[lead.pk])


def test_the_timeline_is_told_in_the_partners_zone() -> None:
    lead = make_lead(make_partner(time_zone="Europe/Moscow"))
    event(lead, "button_pressed", action="0", to="shake")
    text = client_of(owner(lead.partner)).get(address(lead)).content.decode()
    assert "нажал(а) «🔥 Похудеть» на экране «health»" in text
    assert "Понедельник, 2 марта 2026" in text
    assert "01:30" in text
    assert "Europe/Moscow" in text


def test_words_of_a_lead_stand_between_the_events() -> None:
    lead = make_lead(make_partner())
    event(lead, "screen_shown", LATE)
    event(lead, "message_received", LATE + timedelta(minutes=1), length=8)
    message(lead, "Сколько?", LATE + timedelta(minutes=1))
    event(lead, "link_clicked", LATE + timedelta(minutes=2), slot="shop")
    text = client_of(operator()).get(address(lead)).content.decode()
    places = [text.index(part) for part in ("перешёл(ла) по ссылке", "Сколько?", "увидел(а) экран")]
    assert places == sorted(places)
    assert "message_received" not in text


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_and_messages_are_shown_literally(name: str) -> None:
    lead = make_lead(make_partner(name=name), first_name=name, username=name[:32], pain=name[:24])
    message(lead, name)
    event(lead, "button_pressed", step=name[:24], action=name, to=name)
    event(lead, "link_clicked", slot=name)
    client = client_of(operator())
    for url in (address(lead), reverse("admin:partners_lead_changelist"), reverse("admin:index")):
        text = client.get(url).content.decode()
        assert name not in text
        assert "<img src=x" not in text
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    assert escaped in client.get(address(lead)).content.decode()


def test_pages_cut_the_timeline_without_gaps() -> None:
    lead = make_lead(make_partner())
    rows: list[FunnelEvent | LeadMessage] = [event(lead, "screen_shown", LATE + timedelta(seconds=n)) for n in range(5)]
    rows += [message(lead, "?", LATE + timedelta(seconds=n, milliseconds=1)) for n in range(5)]
    expected = [str(row) for row in sorted(rows, key=lambda row: row.at, reverse=True)]
    with tenancy.all_partners():
        timeline = Timeline(lead)
        assert len(timeline) == 10
        assert [str(row) for start in range(0, 10, 3) for row in timeline[start : start + 3]] == expected


def test_filters_and_search() -> None:
    partner = make_partner()
    link = make_link(partner)
    wanted = make_lead(partner, first_name="Нужная", phone="+79161234567", intent="client", pain="energy",
                       status="hot", first_link=link)  # fmt: skip
    make_lead(partner, first_name="Лишняя")
    client = client_of(owner(partner))
    url = reverse("admin:partners_lead_changelist")
    for query in ("phone=yes", "intent__exact=client", "status__exact=hot", "pain=energy", "q=нужн", "q=9161234",
                  f"q={wanted.telegram_id}", f"first_link__id__exact={link.pk}"):  # fmt: skip
        text = client.get(f"{url}?{query}").content.decode()
        assert "Нужная" in text, query
        assert "Лишняя" not in text, query
    assert "Нужная" not in client.get(f"{url}?phone=no").content.decode()


def test_a_missing_lead_is_404() -> None:
    client = client_of(operator())
    for pk in ("999999", "x", "1'"):
        assert client.get(f"/admin/partners/lead/{pk}/change/").status_code == 404


def test_many_events_cost_the_queries_of_one() -> None:
    lead = make_lead(make_partner())
    client = client_of(operator())
    event(lead, "screen_shown")
    message(lead, "?")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(lead)).status_code == 200
        return len(captured)

    one = queries()
    for _ in range(29):
        event(lead, "screen_shown")
        message(lead, "?")
    assert queries() == one
