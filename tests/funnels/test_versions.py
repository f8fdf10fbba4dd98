from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from content.models import Product
from funnels.models import FunnelVersion
from funnels.services import versions
from partners import tenancy
from partners.models import Partner
from tests.funnels.samples import GOOD, PRODUCTS, broken

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def network(db: None) -> Iterator[None]:
    with tenancy.all_partners():
        add_products()
        yield


def add_products() -> None:
    for key in PRODUCTS:
        Product.objects.create(key=key, name=key, category="c", price_rub=1, pv=1, as_of=NOW.date())


def make_partner(slug: str) -> Partner:
    return Partner.objects.create(slug=slug, name=slug, shop_link="https://nlstar.com/s", created_at=NOW)


def draft(text: str = GOOD, partner: Partner | None = None, key: str = "main") -> FunnelVersion:
    return versions.save_draft(key=key, text=text, partner=partner, author=None, now=NOW)


def published(partner: Partner | None = None, key: str = "main") -> FunnelVersion:
    version = draft(partner=partner, key=key)
    versions.publish(version=version, now=LATER)
    return version


@pytest.mark.usefixtures("network")
def test_numbers_count_per_funnel_and_partner() -> None:
    anna = make_partner("anna")
    drafts = [draft(), draft(), draft(partner=anna), draft(key="other")]
    assert [version.number for version in drafts] == [1, 2, 1, 1]


@pytest.mark.usefixtures("network")
def test_a_draft_with_mistakes_is_kept_but_not_published() -> None:
    text = broken("to: kids", "to: nowhere")
    version = draft(text)
    with pytest.raises(versions.NotPublishable) as refused:
        versions.publish(version=version, now=LATER)
    assert refused.value.problems[0].code == "unknown_step"
    version.refresh_from_db()
    assert (version.text, version.status, version.published_at) == (text, "draft", None)


@pytest.mark.usefixtures("network")
def test_text_that_is_not_even_yaml_is_kept() -> None:
    version = draft("steps: [\n")
    versions.edit_draft(version=version, text=": : :", note="half-way")
    version.refresh_from_db()
    assert (version.text, version.note) == (": : :", "half-way")


@pytest.mark.usefixtures("network")
def test_a_product_outside_the_catalogue_stops_publication() -> None:
    Product.objects.filter(key="greenflash").delete()
    with pytest.raises(versions.NotPublishable) as refused:
        versions.publish(version=draft(), now=LATER)
    assert [problem.code for problem in refused.value.problems] == ["unknown_product"]


@pytest.mark.usefixtures("network")
def test_publication_happens_once() -> None:
    version = published()
    version.refresh_from_db()
    assert (version.status, version.published_at) == ("published", LATER)
    with pytest.raises(versions.VersionError):
        versions.publish(version=version, now=NOW)
    with pytest.raises(versions.VersionError):
        versions.edit_draft(version=version, text="new", note="")


@pytest.mark.usefixtures("network")
def test_what_was_checked_is_what_is_published() -> None:
    version = draft()
    somebody_elses = FunnelVersion.objects.get(pk=version.pk)
    versions.edit_draft(version=somebody_elses, text="broken", note="")
    with pytest.raises(versions.VersionError):
        versions.publish(version=version, now=LATER)
    assert FunnelVersion.objects.get(pk=version.pk).status == "draft"


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize(
    "change", [{"text": "x"}, {"status": "draft"}, {"number": 9}, {"key": "x"}, {"published_at": None}]
)
def test_the_database_refuses_to_change_a_published_version(change: dict[str, object]) -> None:
    version = published()
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        FunnelVersion.objects.filter(pk=version.pk).update(**change)
    assert FunnelVersion.objects.filter(pk=version.pk).update(author=None, note="seen") == 1


@pytest.mark.usefixtures("network")
def test_newest_is_the_partners_own_else_the_networks() -> None:
    anna, boris = make_partner("anna"), make_partner("boris")
    assert versions.newest(key="main", partner_id=anna.pk) is None
    published()
    second = published()
    draft()
    own = published(partner=anna)
    draft(partner=boris)
    assert versions.newest(key="main", partner_id=anna.pk) == own
    assert versions.newest(key="main", partner_id=boris.pk) == second
    assert versions.newest(key="main", partner_id=None) == second
    assert versions.newest(key="other", partner_id=anna.pk) is None


@pytest.mark.django_db
def test_newest_through_the_partners_own_door() -> None:
    with tenancy.all_partners():
        add_products()
        anna, boris = make_partner("anna"), make_partner("boris")
        network, own = published(), published(partner=anna)
    with tenancy.partner(anna.pk):
        assert versions.newest(key="main", partner_id=anna.pk) == own
    with tenancy.partner(boris.pk):
        assert versions.newest(key="main", partner_id=boris.pk) == network
        assert versions.newest(key="main", partner_id=anna.pk) == network


@pytest.mark.django_db(transaction=True)
def test_drafts_saved_at_once_get_different_numbers() -> None:
    gate = threading.Barrier(4)

    def save() -> None:
        try:
            with tenancy.all_partners():
                gate.wait(60)
                draft()
        finally:
            connection.close()

    threads = [threading.Thread(target=save) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with tenancy.all_partners():
        assert sorted(FunnelVersion.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
