"""The facts of posts come from what is live, and from the partner's own documents beside the network's."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from content.knowledge.reading import Source
from content.models import PayPlanVersion, Product
from content.posts.compose import compose
from content.posts.facts import Author, Facts
from content.posts.kinds import Kind, shipped
from content.queries.post_facts import post_facts
from content.services.knowledge import load_folder
from partners import tenancy
from partners.models import Partner
from tests.content.post_samples import PRESETS
from tests.factories import NOW, make_partner

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
AUTHOR = Author("Анна", "vy")
TEXT = "# Хранение\n\n## Где хранить\n\nВ сухом месте, под крышкой, не на солнце и не у плиты. Ложка тоже сухая."


@pytest.fixture
def anna() -> Partner:
    return make_partner("anna")


def write(*sources: Source, owner: Partner | None = None) -> None:
    with tenancy.partner(owner.pk) if owner else tenancy.all_partners():
        named = [(f"{source.title}.md", source) for source in sources]
        load_folder(partner_id=owner.pk if owner else None, collection="kb", sources=named, now=NOW, dry_run=False)


def facts_of(partner: Partner, kind: Kind = "tips") -> Facts:
    with tenancy.partner(partner.pk):
        return post_facts(shipped().types[kind], AUTHOR, today=TODAY)


def titles(facts: Facts) -> list[str]:
    return sorted(passage.title for passage in facts.passages)


def make_product(key: str = "tea", *, active: bool = True) -> Product:
    with tenancy.all_partners():
        return Product.objects.create(
            key=key,
            name="Чай",
            category="drinks",
            description="Чёрный чай.",
            price_rub=Decimal("690"),
            pv=Decimal("4.5"),
            as_of=date(2026, 1, 1),
            keywords=["чай"],
            active=active,
        )


def test_documents_of_the_type_that_are_live(anna: Partner) -> None:
    write(
        Source("Хранение", "products", TEXT, as_of=date(2026, 1, 1)),
        Source("Доставка", "delivery", TEXT),
        Source("Старое", "products", TEXT, expires=TODAY - timedelta(days=1)),
    )
    facts = facts_of(anna)
    assert titles(facts) == ["Хранение"]
    assert facts.passages[0].as_of == date(2026, 1, 1)


def test_a_partners_own_documents_are_nobody_elses(anna: Partner) -> None:
    boris = make_partner("boris")
    write(Source("Хранение", "products", TEXT))
    write(Source("Мой совет", "products", TEXT), owner=anna)
    assert titles(facts_of(anna)) == ["Мой совет", "Хранение"]
    assert titles(facts_of(boris)) == ["Хранение"]


def test_only_active_products(anna: Partner) -> None:
    make_product("tea")
    make_product("old", active=False)
    (product,) = facts_of(anna, "product").products
    assert (product.key, product.keywords, product.price_rub) == ("tea", ("чай",), Decimal("690"))


def test_the_plan_that_holds_today(anna: Partner) -> None:
    text = (PRESETS / "payplan.yaml").read_text(encoding="utf-8")
    with tenancy.all_partners():
        PayPlanVersion.objects.all().delete()
        PayPlanVersion.objects.create(valid_from=date(2026, 1, 1), text=text)
        PayPlanVersion.objects.create(
            valid_from=TODAY + timedelta(days=30), text=text.replace("percent: 5}", "percent: 6}")
        )
    plan = facts_of(anna, "business").plan
    assert plan
    assert plan.levels[0].percent == 5


def test_a_thought_needs_no_facts(anna: Partner, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with tenancy.partner(anna.pk), django_assert_num_queries(0):
        facts = post_facts(shipped().types["motivation"], AUTHOR, today=TODAY)
    assert compose(shipped().types["motivation"], facts, number=0, seed="anna").text


@pytest.mark.parametrize("documents", [1, 30])
def test_facts_take_two_queries_however_many_documents(
    anna: Partner, django_assert_num_queries: DjangoAssertNumQueries, documents: int
) -> None:
    write(*(Source(f"Хранение {number}", "products", TEXT) for number in range(documents)))
    with tenancy.partner(anna.pk), django_assert_num_queries(2):
        facts = post_facts(shipped().types["tips"], AUTHOR, today=TODAY)
    assert len(facts.passages) == documents


def test_a_post_from_the_database(anna: Partner) -> None:
    write(Source("Хранение", "products", TEXT))
    draft = compose(shipped().types["tips"], facts_of(anna), number=0, seed="anna")
    assert "под крышкой" in draft.text
    assert draft.sources == ("Хранение",)
