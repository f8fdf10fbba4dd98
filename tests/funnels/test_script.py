"""What bots speak from is read once in a while, and what all of them share once for all."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from content.models import Product
from funnels.models import FunnelVersion
from funnels.services import versions
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
    """And how many of Django's queries that cost; what is the partner's own is read beside them."""
    with tenancy.partner(partner.pk), CaptureQueriesContext(connection) as captured:
        script = script_for(partner_id=partner.pk, now=now)
    return script, len(captured)


def test_what_all_share_is_read_once(partners: tuple[Partner, Partner]) -> None:
    anna, boris = partners
    script, queries = read(anna)
    assert queries == 3  # the plan, the products, the version's text
    others, queries = read(boris)
    assert queries == 0
    assert (script.partner.name, others.partner.name) == (anna.name, boris.name)
    assert others.products is script.products


def test_a_new_price_is_seen_in_time_by_all(partners: tuple[Partner, Partner]) -> None:
    anna, boris = partners
    read(anna)
    product = Product.objects.earliest("pk")
    Product.objects.filter(pk=product.pk).update(price_rub=Decimal(7))
    late = read(boris, NOW + FRESH * 0.9)[0]
    assert late.products[product.key].price_rub == product.price_rub
    for partner in partners:
        assert read(partner, NOW + FRESH)[0].products[product.key].price_rub == Decimal(7)


def test_the_partners_own_version_comes_first(partners: tuple[Partner, Partner]) -> None:
    anna, boris = partners
    of_all = read(anna)[0].version
    with tenancy.all_partners():
        text = FunnelVersion.objects.get(pk=of_all).text
        _old, new, _draft = (
            FunnelVersion.objects.create(
                key="main", partner=anna, text=text, number=number, status=status, created_at=NOW
            )
            for number, status in enumerate(("published", "published", "draft"), 1)
        )
    for partner, version in ((anna, new.pk), (boris, of_all)):
        assert read(partner, NOW + FRESH)[0].version == version
        with tenancy.partner(partner.pk):
            newest = versions.newest(key="main", partner_id=partner.pk)
        assert newest is not None
        assert newest.pk == version


def test_who_has_the_panel(db: None) -> None:
    publish_network()
    anna, boris = make_partner("anna", telegram_id=7, admin_telegram_ids=[8, 9]), make_partner("boris")
    scripts = [read(partner)[0] for partner in (anna, boris)]
    assert [script.owner_id for script in scripts] == [7, None]
    assert [sorted(script.panel_ids) for script in scripts] == [[7, 8, 9], []]


def test_who_changes_themselves_sees_it_at_once(partners: tuple[Partner, Partner]) -> None:
    anna, _boris = partners
    read(anna)
    with tenancy.partner(anna.pk):
        Partner.objects.filter(pk=anna.pk).update(name="Анюта")
    assert read(anna)[0].partner.name == anna.name
    forget_script(anna.pk)
    assert read(anna)[0].partner.name == "Анюта"
