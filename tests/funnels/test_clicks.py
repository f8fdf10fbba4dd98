"""Tracked links: the press is recorded once, and only the partner's own pages are behind them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core import signing
from django.http import HttpResponse
from django.test import Client

from funnels.models import FunnelEvent, FunnelVersion
from funnels.services import clicks
from funnels.services.clicks import SAME_PRESS, Tracked, destination, follow, read_token, tracked_url
from partners import tenancy
from partners.models import Destination, Lead, Partner
from tests.factories import NOW, make_lead, make_partner
from tests.personas import client_of, colleague, operator, owner, stranger

Response = HttpResponse


@pytest.fixture
def partner(sample: FunnelVersion) -> Partner:
    return make_partner("anna")


@pytest.fixture
def lead(partner: Partner) -> Lead:
    return make_lead(partner)


@pytest.fixture
def shake(partner: Partner, lead: Lead, sample: FunnelVersion) -> Tracked:
    """The order button of the product screen."""
    return Tracked(partner.pk, lead.pk, sample.pk, "shake", "shop")


def path_of(tracked: Tracked) -> str:
    return tracked_url(tracked).removeprefix("http://curator.example")


def clicks_of(partner: Partner) -> list[tuple[str, dict[str, str]]]:
    with tenancy.partner(partner.pk):
        happened = FunnelEvent.objects.filter(kind=FunnelEvent.Kind.LINK_CLICKED)
        return list(happened.order_by("pk").values_list("step", "data"))


def add_destination(partner: Partner, slot: str, url: str) -> None:
    with tenancy.all_partners():
        Destination.objects.create(partner=partner, slot=slot, url=url)


def test_a_press_leads_to_the_shop_and_is_recorded(partner: Partner, shake: Tracked, client: Client) -> None:
    response = client.get(path_of(shake))
    assert (response.status_code, response.headers["Location"]) == (302, "https://anna.example/shop")
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response.headers["Cache-Control"]
    assert clicks_of(partner) == [("shake", {"slot": "shop", "product": "energy_diet"})]
    assert not response.cookies


# -- the token -------------------------------------------------------------------------------------------------------


def test_a_damaged_token_is_not_found(partner: Partner, shake: Tracked, client: Client) -> None:
    path = path_of(shake)
    other = signing.Signer(salt="somewhere.else").sign_object(
        [partner.pk, shake.lead_id, shake.version, "shake", "shop"]
    )
    wrong = signing.Signer(salt="funnels.clicks").sign_object(["https://evil.example"])
    for bad in (path[:-1], path[:-1] + ("A" if path[-1] != "A" else "B"), "/r/x", "/r/:", f"/r/{other}", f"/r/{wrong}"):
        assert client.get(bad).status_code == 404, bad
    assert clicks_of(partner) == []


def test_no_address_is_taken_from_outside(shake: Tracked, client: Client) -> None:
    path = path_of(shake)
    for query in ("?next=https://evil.example", "?url=//evil.example", "?slot=x"):
        assert client.get(path + query).headers["Location"] == "https://anna.example/shop"
    assert "shop" not in path
    assert "anna" not in path


def test_a_token_round_trips(shake: Tracked) -> None:
    assert read_token(tracked_url(shake).rpartition("/")[2]) == shake
    assert len(tracked_url(shake)) < 256


def test_tokens_of_two_leads_differ_in_their_signature(shake: Tracked) -> None:
    other = Tracked(shake.partner_id, shake.lead_id + 1, shake.version, shake.step, shake.slot)
    mine, theirs = (tracked_url(tracked).rpartition(":")[2] for tracked in (shake, other))
    assert mine != theirs
    assert len(mine) >= 43  # 256 bits


# -- what counts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"Sec-Purpose": "prefetch"}]
)
def test_a_browser_that_looks_ahead_does_not_count(
    partner: Partner, shake: Tracked, client: Client, headers: dict[str, str]
) -> None:
    assert client.get(path_of(shake), headers=headers).status_code == 302
    assert clicks_of(partner) == []


def test_only_get_counts(partner: Partner, shake: Tracked, client: Client) -> None:
    assert client.head(path_of(shake)).headers["Location"] == "https://anna.example/shop"
    for method in (client.post, client.put, client.delete):
        assert method(path_of(shake)).status_code == 405
    assert clicks_of(partner) == []


def press(tracked: Tracked, now: datetime = NOW, *, counts: bool = True) -> str:
    with tenancy.partner(tracked.partner_id):
        return follow(tracked=tracked, counts=counts, now=now)


def test_two_requests_of_one_press_count_once(partner: Partner, shake: Tracked) -> None:
    press(shake)
    press(shake, NOW + SAME_PRESS - timedelta(milliseconds=1))
    assert len(clicks_of(partner)) == 1
    press(shake, NOW + SAME_PRESS)
    assert len(clicks_of(partner)) == 2


def test_other_buttons_and_other_leads_count_for_themselves(
    partner: Partner, shake: Tracked, sample: FunnelVersion
) -> None:
    press(shake)
    press(Tracked(partner.pk, shake.lead_id, sample.pk, "pay", "registration"))
    press(Tracked(partner.pk, make_lead(partner).pk, sample.pk, "shake", "shop"))
    assert [step for step, _data in clicks_of(partner)] == ["shake", "pay", "shake"]


def test_nobody_clicks_for_a_lead_of_another_partner(shake: Tracked, partner: Partner) -> None:
    strangers_lead = make_lead(make_partner())
    forged = Tracked(partner.pk, strangers_lead.pk, shake.version, "shake", "shop")
    assert press(forged) == "https://anna.example/shop"
    assert clicks_of(partner) == []
    assert clicks_of(strangers_lead.partner) == []


def test_an_erased_lead_still_gets_to_the_shop(partner: Partner, shake: Tracked) -> None:
    with tenancy.all_partners():
        Lead.objects.filter(pk=shake.lead_id).delete()
    assert press(shake) == "https://anna.example/shop"
    assert clicks_of(partner) == []


def test_a_partner_who_left(shake: Tracked, partner: Partner, client: Client) -> None:
    with tenancy.all_partners():
        partner.delete()
    assert client.get(path_of(shake)).status_code == 404


# -- where it leads --------------------------------------------------------------------------------------------------


def test_the_most_special_address_wins(partner: Partner, shake: Tracked) -> None:
    assert press(shake, counts=False) == "https://anna.example/shop"
    add_destination(partner, "shop.greenflash", "https://anna.example/other")
    assert press(shake, counts=False) == "https://anna.example/shop"
    add_destination(partner, "shop", "https://anna.example/special-shop")
    assert press(shake, counts=False) == "https://anna.example/special-shop"
    add_destination(partner, "shop.energy_diet", "https://anna.example/energy")
    assert press(shake, counts=False) == "https://anna.example/energy"


def test_an_empty_slot_falls_back_to_the_own_shop_only(partner: Partner, sample: FunnelVersion) -> None:
    other = make_partner("boris")
    add_destination(other, "webinar", "https://boris.example/webinar")
    with tenancy.partner(partner.pk):
        assert destination(partner_id=partner.pk, slot="registration") == "https://anna.example/join"
        assert destination(partner_id=partner.pk, slot="webinar") == "https://anna.example/shop"
        assert destination(partner_id=partner.pk, slot="a.b.c", product="d") == "https://anna.example/shop"
        Partner.objects.filter(pk=partner.pk).update(registration_link="")
        assert destination(partner_id=partner.pk, slot="registration") == "https://anna.example/shop"
    with pytest.raises(Partner.DoesNotExist), tenancy.partner(partner.pk):
        destination(partner_id=other.pk, slot="shop")


def test_an_old_button_leads_to_the_new_address(partner: Partner, shake: Tracked, client: Client) -> None:
    path = path_of(shake)
    with tenancy.all_partners():
        Partner.objects.filter(pk=partner.pk).update(shop_link="https://moved.example/")
    assert client.get(path).headers["Location"] == "https://moved.example/"


def test_whoever_is_logged_in_can_follow_it(partner: Partner, shake: Tracked) -> None:
    for user in (owner(partner), colleague(partner), stranger(), operator()):
        assert client_of(user).get(path_of(shake)).headers["Location"] == "https://anna.example/shop"


def test_the_salt_is_its_own() -> None:
    assert clicks._signer().salt == "funnels.clicks"
