"""Links under an answer: they are the partner's own, tracked for the lead who asked."""

from __future__ import annotations

import pytest
from django.test import Client

from content.models import Product
from funnels.instant import Wanted
from funnels.instant_words import InstantLinks
from funnels.models import Alert, FunnelEvent, Question
from funnels.services.answering.links import answer_links, buttons_above
from funnels.services.clicks import Tracked, read_token
from partners import tenancy
from partners.models import Destination, Lead, Partner
from tests.factories import NOW, make_bot, make_lead, make_partner
from tests.personas import client_of, colleague, operator, owner, stranger

pytestmark = pytest.mark.django_db
SMART = Wanted(("ed_smart",), alone=True)


@pytest.fixture
def partner() -> Partner:
    anna = make_partner("anna", telegram_id=77)
    make_bot(anna)
    with tenancy.all_partners():
        for key, name, keywords in (("ed_smart", "ED Smart, коктейль", ["коктейль"]), ("omega3", "Omega-3", ["омега"])):
            Product.objects.create(
                key=key, name=name, category="c", price_rub=2790, pv=1, as_of=NOW.date(), keywords=keywords
            )
    return anna


@pytest.fixture
def lead(partner: Partner) -> Lead:
    return make_lead(partner)


def links_of(partner: Partner, lead: Lead | None) -> InstantLinks:
    with tenancy.partner(partner.pk):
        return answer_links(partner_id=partner.pk, lead_id=lead.pk if lead else None, question_id=5)


def add_destination(partner: Partner, slot: str, url: str) -> None:
    with tenancy.all_partners():
        Destination.objects.create(partner=partner, slot=slot, url=url)


def path(url: str) -> str:
    return url.removeprefix("http://curator.example")


def tracked(url: str) -> Tracked | None:
    return read_token(url.rpartition("/")[2])


def order_url(links: InstantLinks) -> str:
    return links.card(SMART).buttons[0][0].url


def test_every_link_is_tracked_for_who_asked(partner: Partner, lead: Lead) -> None:
    links = links_of(partner, lead)
    assert tracked(order_url(links)) == Tracked(partner.pk, lead.pk, 0, "answer:5:ed_smart", "shop")
    assert tracked(links.slots()["shop_link"].url) == Tracked(partner.pk, lead.pk, 0, "answer:5", "shop")
    assert tracked(links.slots()["registration_link"].url) == Tracked(
        partner.pk, lead.pk, 0, "answer:5", "registration"
    )


def test_a_press_is_recorded_scored_and_told(partner: Partner, lead: Lead, client: Client) -> None:
    url = order_url(links_of(partner, lead))
    assert client.get(path(url)).headers["Location"] == "https://anna.example/shop"
    assert client.get(path(url)).status_code == 302  # the same press
    with tenancy.partner(partner.pk):
        event = FunnelEvent.objects.get(kind=FunnelEvent.Kind.LINK_CLICKED)
        assert (event.step, event.data, event.version_id) == (
            "answer:5:ed_smart",
            {"slot": "shop", "product": "ed_smart"},
            None,
        )
        assert Alert.objects.get(trigger=Alert.Trigger.LINK_CLICKED).lead_id == lead.pk
        assert Lead.objects.get(pk=lead.pk).score > 0


def test_a_press_on_the_registration(partner: Partner, lead: Lead, client: Client) -> None:
    url = links_of(partner, lead).buttons(Wanted(registration=True))[0][0].url
    assert client.get(path(url)).headers["Location"] == "https://anna.example/join"
    with tenancy.partner(partner.pk):
        assert Alert.objects.get().trigger == Alert.Trigger.REGISTRATION_STARTED


def test_the_most_special_page_of_the_partner(partner: Partner, lead: Lead, client: Client) -> None:
    url = path(order_url(links_of(partner, lead)))
    add_destination(partner, "shop.ed_smart", "https://anna.example/smart")
    assert client.get(url).headers["Location"] == "https://anna.example/smart"


def test_without_a_registration_link_the_shop_is_all_there_is(partner: Partner, lead: Lead) -> None:
    with tenancy.all_partners():
        Partner.objects.filter(pk=partner.pk).update(registration_link="")
    links = links_of(partner, lead)
    assert not links.has_registration
    add_destination(partner, "registration", "https://anna.example/own-join")
    assert links_of(partner, lead).has_registration


def test_in_a_group_the_addresses_are_plain(partner: Partner) -> None:
    add_destination(partner, "shop.ed_smart", "https://anna.example/smart")
    links = links_of(partner, None)
    with tenancy.partner(partner.pk):
        assert order_url(links) == "https://anna.example/smart"
        slots = links.slots()
    assert slots["shop_link"].url == "https://anna.example/shop"
    assert slots["registration_link"].url == "https://anna.example/join"


def test_nobody_elses_links(partner: Partner) -> None:
    boris = make_partner("boris")
    add_destination(boris, "shop.ed_smart", "https://boris.example/smart")
    links = links_of(partner, None)
    with tenancy.partner(partner.pk):
        assert order_url(links) == "https://anna.example/shop"
    with pytest.raises(Partner.DoesNotExist), tenancy.partner(boris.pk):
        answer_links(partner_id=partner.pk, lead_id=None, question_id=5)


def test_a_lead_of_another_partner_leaves_no_trace(partner: Partner, client: Client) -> None:
    theirs = make_lead(make_partner("boris"))
    assert client.get(path(order_url(links_of(partner, theirs)))).headers["Location"] == "https://anna.example/shop"
    with tenancy.all_partners():
        assert not FunnelEvent.objects.exists()
        assert not Alert.objects.exists()


def test_whoever_follows_it_comes_to_the_owners_page(partner: Partner, lead: Lead) -> None:
    url = path(order_url(links_of(partner, lead)))
    for user in (owner(partner), colleague(partner), stranger(), operator()):
        assert client_of(user).get(url).headers["Location"] == "https://anna.example/shop"


def test_products_come_from_the_catalogue(partner: Partner, lead: Lead) -> None:
    assert links_of(partner, lead).wanted("омега") == Wanted(("omega3",), alone=True)
    with tenancy.all_partners():
        Product.objects.filter(key="omega3").update(active=False)
    assert links_of(partner, lead).wanted("омега") == Wanted()


def test_the_buttons_above_an_answer(partner: Partner, lead: Lead) -> None:
    with tenancy.partner(partner.pk):
        question = Question.objects.create(
            partner=partner, lead=lead, asker_id=1, chat_id=1, text="как готовить смарт?", asked_at=NOW
        )
        ((button,),) = buttons_above(question)
        assert tracked(button.url) == Tracked(partner.pk, lead.pk, 0, f"answer:{question.pk}:ed_smart", "shop")
        question.text = "сколько хранится посылка"
        assert buttons_above(question) == ()
