"""Documents in the database: taken in, replaced, retired, found; whose they are."""

from __future__ import annotations

import fcntl
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from content.knowledge.enough import Lacking
from content.knowledge.gate import Refusal
from content.knowledge.reading import Source
from content.models import Chunk, Document
from content.queries.indexes import index_for, refresh
from content.queries.retrieval import Retrieved, retrieve
from content.services.knowledge import Change, load_folder, retire, save_source, source_of
from content.tasks import build_indexes
from partners import tenancy
from partners.models import Partner
from tests.factories import NOW, make_partner

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
DELIVERY = Source("Доставка", "delivery", "# Доставка\n\nЗаказ привозят по России за 3–7 дней.")
UNITS = Source("Юниты", "business", "# Юниты\n\nЮниты не сгорают и не имеют срока годности.")
OWN = Source("Самовывоз", "delivery", "# Самовывоз\n\nЗабрать заказ можно у Анны на Лесной улице вечером.")


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "knowledge"


@pytest.fixture
def anna() -> Partner:
    return make_partner("anna")


@pytest.fixture
def boris() -> Partner:
    return make_partner("boris")


def load(
    *sources: tuple[str, Source], owner: Partner | None = None, minutes: int = 0, dry_run: bool = False
) -> dict[Change, int]:
    with tenancy.partner(owner.pk) if owner else tenancy.all_partners():
        now = NOW + timedelta(minutes=minutes)
        return dict(
            load_folder(
                partner_id=owner.pk if owner else None, collection="kb", sources=sources, now=now, dry_run=dry_run
            )
        )


def ask(question: str, partner: Partner, today: date = TODAY) -> Retrieved:
    with tenancy.partner(partner.pk):
        return retrieve(question, partner_id=partner.pk, today=today)


def titles(found: Retrieved) -> list[str]:
    return [chunk.document.title for chunk in found.passages]


def test_a_folder_is_loaded_once_and_followed(anna: Partner) -> None:
    first, second = ("a.md", DELIVERY), ("b.md", UNITS)
    assert load(first, second) == {Change.NEW: 2}
    assert load(first, second) == {Change.UNCHANGED: 2}
    changed = Source("Доставка", "delivery", "# Доставка\n\nТеперь за два дня.")
    assert load(("a.md", changed), minutes=1) == {Change.UPDATED: 1, Change.RETIRED: 1}
    assert load(("a.md", changed), minutes=2) == {Change.UNCHANGED: 1}
    assert load(("a.md", changed), second, minutes=3) == {Change.UNCHANGED: 1, Change.UPDATED: 1}
    with tenancy.all_partners():
        assert Document.objects.live(TODAY).count() == 2
        assert [chunk.text for chunk in Chunk.objects.filter(document__path="a.md")] == [changed.text]


def test_a_dry_run_writes_nothing() -> None:
    assert load(("a.md", DELIVERY), dry_run=True) == {Change.NEW: 1}
    with tenancy.all_partners():
        assert not Document.objects.exists()


def test_the_front_matter_counts_as_well() -> None:
    load(("a.md", DELIVERY))
    later = Source(DELIVERY.title, DELIVERY.category, DELIVERY.text, expires=date(2027, 1, 1))
    assert load(("a.md", later), minutes=1) == {Change.UPDATED: 1}
    with tenancy.all_partners():
        assert source_of(Document.objects.get()) == later


def test_a_partners_folder_leaves_the_networks_alone(anna: Partner) -> None:
    load(("a.md", DELIVERY))
    assert load(("a.md", OWN), owner=anna) == {Change.NEW: 1}
    assert load(owner=anna, minutes=1) == {Change.RETIRED: 1}
    with tenancy.all_partners():
        assert [document.title for document in Document.objects.live(TODAY)] == ["Доставка"]


def test_network_and_own_documents_are_found_together(anna: Partner, boris: Partner) -> None:
    load(("a.md", DELIVERY), ("b.md", UNITS))
    load(("own.md", OWN), owner=anna)
    assert titles(ask("забрать заказ у Анны на Лесной", anna))[0] == "Самовывоз"
    assert "Самовывоз" not in titles(ask("забрать заказ у Анны на Лесной", boris))
    assert titles(ask("юниты сгорают?", boris)) == ["Юниты"]
    assert ask("юниты сгорают?", boris).answers


def test_a_refusal_looks_nothing_up(anna: Partner, data: Path) -> None:
    found = ask("у мамы диабет, что ей пить", anna)
    assert (found.refusal, found.passages, found.answers) == (Refusal.MEDICAL, (), False)
    assert not data.exists()


def test_nothing_is_known_without_documents(anna: Partner) -> None:
    found = ask("юниты сгорают?", anna)
    assert (found.lacking, found.passages) == (Lacking.EVERYTHING, [])


def test_expired_and_retired_are_not_found_even_by_an_old_index(anna: Partner) -> None:
    expiring = Source("Юниты", "", UNITS.text, expires=TODAY + timedelta(days=1))
    load(("a.md", DELIVERY), ("b.md", expiring))
    assert titles(ask("юниты сгорают", anna)) == ["Юниты"]
    assert titles(ask("юниты сгорают", anna, TODAY + timedelta(days=1))) == []
    assert "Доставка" in titles(ask("доставка заказа", anna))
    with tenancy.all_partners():
        retire(document=Document.objects.get(path="a.md"), now=NOW + timedelta(minutes=1))
    assert titles(ask("доставка заказа", anna)) == []


def test_the_index_follows_the_documents(anna: Partner, data: Path) -> None:
    load(("a.md", DELIVERY))
    build_indexes()
    assert titles(ask("юниты сгорают", anna)) == []
    load(("a.md", DELIVERY), ("b.md", UNITS), minutes=1)
    assert titles(ask("юниты сгорают", anna)) == []  # the older index serves until the next tick
    build_indexes()
    assert titles(ask("юниты сгорают", anna)) == ["Юниты"]
    assert len(list((data / "network").glob("[!.]*"))) == 1
    with tenancy.all_partners():
        assert not refresh(None)


def test_a_damaged_index_is_built_again(anna: Partner, data: Path) -> None:
    load(("b.md", UNITS))
    with tenancy.all_partners():
        refresh(None)
    (version,) = (data / "network").glob("[!.]*")
    (version / "words.npy").write_bytes(b"")
    assert titles(ask("юниты сгорают", anna)) == ["Юниты"]


def test_one_process_at_a_time_builds(anna: Partner, data: Path) -> None:
    load(("b.md", UNITS))
    (data / "network").mkdir(parents=True)
    with (data / "network" / ".lock").open("w") as file, tenancy.all_partners():
        fcntl.flock(file, fcntl.LOCK_EX)
        assert not refresh(None)
        fcntl.flock(file, fcntl.LOCK_UN)
        assert refresh(None)


def test_opened_once(anna: Partner) -> None:
    load(("b.md", UNITS))
    with tenancy.partner(anna.pk):
        assert index_for(None) is index_for(None)


def test_a_saved_document_tells_what_does_not_belong_into_it() -> None:
    text = "Пишите: https://t.me/anna, anna@mail.ru или +7 912 345-67-89.\nТут {shop_link} и {other}."
    with tenancy.all_partners():
        document = Document(path="x")
        save_source(document=document, source=Source("X", "", text), now=NOW)
        found = [(row["fault"], row["line"]) for row in Document.objects.get().findings]
    assert found == [("link", 1), ("person", 1), ("person", 1), ("slot", 2)]
    assert "912 345" not in str(document.findings)


def test_questions_are_answered_with_few_queries(anna: Partner, django_assert_max_num_queries: Any) -> None:
    load(*((f"{number}.md", Source(f"Юниты {number}", "", UNITS.text + " слово" * number)) for number in range(30)))
    ask("юниты сгорают", anna)
    with tenancy.partner(anna.pk), django_assert_max_num_queries(3):
        retrieve("юниты сгорают", partner_id=anna.pk, today=TODAY)
