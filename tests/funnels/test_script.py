"""What bots speak from is read once in a while, and what all of them share once for all."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from content.models import Product
from funnels.services.script import FRESH, Script, forget_script, script_for
from partners import tenancy
from partners.models import Partner
from tests.factories import NOW, make_partner
from tests.network import publish_network

pytestmark = pytest.mark.django_db


@pytest.fixture
def partners() -> tuple[Partner, Partner]:
    publish_network()
    return make_partner("anna"), make_partner("boris")


def read(partner: Partner, now: datetime = NOW) -> tuple[Script, int]:
    """And how many queries that cost, besides the two of the door."""
    with CaptureQueriesContext(connection) as captured, tenancy.partner(partner.pk):
        script = script_for(partner_id=partner.pk, now=now)
    return script, sum("FROM" in query["sql"] and "set_config" not in query["sql"] for query in captured)


def test_what_all_share_is_read_once(partners: tuple[Partner, Partner]) -> None:
    anna, boris = partners
    read(anna)
    script, queries = read(boris)
    assert queries == 2
    assert script.partner.name == boris.name
    assert script.products == read(anna)[0].products
    assert read(anna)[1] == read(boris)[1] == 0


def test_a_new_price_is_seen_in_time_by_all(partners: tuple[Partner, Partner]) -> None:
    anna, boris = partners
    read(anna)
    product = Product.objects.earliest("pk")
    Product.objects.filter(pk=product.pk).update(price_rub=Decimal(7))
    late = read(boris, NOW + FRESH * 0.9)[0]
    assert late.products[product.key].price_rub == product.price_rub
    for partner in partners:
        assert read(partner, NOW + FRESH)[0].products[product.key].price_rub == Decimal(7)


def test_who_changes_themselves_sees_it_at_once(partners: tuple[Partner, Partner]) -> None:
    anna, _boris = partners
    read(anna)
    with tenancy.partner(anna.pk):
        Partner.objects.filter(pk=anna.pk).update(name="Анюта")
    assert read(anna)[0].partner.name == anna.name
    forget_script(anna.pk)
    assert read(anna)[0].partner.name == "Анюта"
