"""Vectors beside words: who gets them, what they find, and that nothing depends on them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections
from pytest_django import Settings

from content.ai.embeddings import MODEL, embed_slowly
from content.ai.standin import Fault, Standin
from content.ai.yandex import Yandex
from content.checks import vector_errors
from content.knowledge.enough import Lacking
from content.knowledge.fusion import fused
from content.knowledge.reading import Source
from content.models import AiUse, Chunk, Document
from content.queries.retrieval import Retrieved, retrieve
from content.queries.vectors import Progress, progress
from content.services.knowledge import load_folder, retire
from content.services.vectors import embed_waiting, question_vector
from content.tasks import embed_passages
from partners import tenancy
from partners.fields import Secret
from partners.models import Partner
from tests.factories import NOW, make_partner
from tests.yandex import API_KEY, FOLDER, api_key_account, running_cloud

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
DELIVERY = Source("Доставка", "delivery", "# Доставка\n\nЗаказ привозят по России за 3–7 дней.")
UNITS = Source("Юниты", "business", "# Юниты\n\nЮниты не сгорают и не имеют срока годности.")
OWN = Source("Самовывоз", "delivery", "# Самовывоз\n\nЗабрать заказ можно у Анны на Лесной улице вечером.")
RUN_TOGETHER = "неюнитынесгораютинеимеютсрокагодности"  # no word of it is one of the documents'


@pytest.fixture(autouse=True)
def _setup(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr("content.ai.embeddings._INTERVAL", 0)


@pytest.fixture
def cloud() -> Iterator[Standin]:
    """With the network's own account."""
    with running_cloud(YANDEX_FOLDER_ID=FOLDER, YANDEX_API_KEY=API_KEY) as standin:
        yield standin


@pytest.fixture
def anna() -> Partner:
    return make_partner("anna")


def load(*sources: Source, owner: Partner | None = None) -> None:
    with tenancy.partner(owner.pk) if owner else tenancy.all_partners():
        named = [(f"{source.title}.md", source) for source in sources]
        load_folder(partner_id=owner.pk if owner else None, collection="kb", sources=named, now=NOW)


def embed(at: datetime = NOW) -> int:
    return embed_waiting(now=lambda: at)


def vector_of(partner: Partner, question: str = RUN_TOGETHER, at: datetime = NOW) -> list[float] | None:
    vector = question_vector(partner_id=partner.pk, question=question, now=lambda: at)
    return list(vector) if vector else None


def ask(partner: Partner, question: str, vector: list[float] | None, days: int = 0) -> Retrieved:
    with tenancy.partner(partner.pk):
        return retrieve(question, partner_id=partner.pk, today=TODAY + timedelta(days=days), vector=vector)


def titles(found: Retrieved) -> list[str]:
    return [chunk.document.title for chunk in found.passages]


def stored() -> dict[str, list[float] | None]:
    with tenancy.all_partners():
        return dict(Chunk.objects.values_list("document__title", "embedding"))


def embedded() -> set[str]:
    return {title for title, vector in stored().items() if vector}


def own_vector(title: str) -> list[float]:
    vector = stored()[title]
    assert vector is not None
    return vector


# What they find


def test_a_passage_that_has_none_of_the_words_is_found(cloud: Standin, anna: Partner) -> None:
    load(DELIVERY, UNITS)
    embed_passages()
    assert embedded() == {"Доставка", "Юниты"}
    assert titles(ask(anna, RUN_TOGETHER, None)) == []
    assert titles(ask(anna, RUN_TOGETHER, vector_of(anna)))[0] == "Юниты"


def test_only_a_very_near_one_counts_as_an_answer(cloud: Standin, anna: Partner) -> None:
    load(DELIVERY, UNITS)
    embed()
    assert ask(anna, RUN_TOGETHER, vector_of(anna)).lacking is Lacking.EVERYTHING
    near = ask(anna, RUN_TOGETHER, own_vector("Юниты"))
    assert (near.answers, titles(near)[0]) == (True, "Юниты")


def test_what_the_words_answer_stays_answered(cloud: Standin, anna: Partner) -> None:
    load(DELIVERY, UNITS)
    embed()
    found = ask(anna, "юниты сгорают?", own_vector("Доставка"))
    assert found.answers
    assert set(titles(found)) == {"Юниты", "Доставка"}


def test_a_thing_that_nobody_speaks_of_is_not_answered_by_something_near(cloud: Standin, anna: Partner) -> None:
    load(DELIVERY, UNITS)
    embed()
    assert ask(anna, "сколько стоит велосипед", own_vector("Юниты")).lacking is Lacking.THING


def test_medical_questions_are_neither_looked_up_nor_sent(cloud: Standin, anna: Partner) -> None:
    load(UNITS)
    embed()
    asked = len(cloud.calls)
    assert vector_of(anna, "у мамы диабет, что ей пить") is None
    assert ask(anna, "у мамы диабет, что ей пить", own_vector("Юниты")).passages == ()
    assert len(cloud.calls) == asked


def test_another_partners_passage_is_never_found(cloud: Standin, anna: Partner) -> None:
    load(UNITS)
    load(OWN, owner=anna)
    embed()
    nearest = own_vector("Самовывоз")
    assert titles(ask(anna, RUN_TOGETHER, nearest))[0] == "Самовывоз"
    assert titles(ask(make_partner("boris"), RUN_TOGETHER, nearest)) == ["Юниты"]


def test_expired_and_retired_are_never_found(cloud: Standin, anna: Partner) -> None:
    load(Source(UNITS.title, "", UNITS.text, expires=TODAY + timedelta(days=1)), DELIVERY)
    embed()
    nearest = own_vector("Юниты")
    assert titles(ask(anna, RUN_TOGETHER, nearest)) == ["Юниты", "Доставка"]
    assert titles(ask(anna, RUN_TOGETHER, nearest, days=1)) == ["Доставка"]
    with tenancy.all_partners():
        retire(document=Document.objects.get(title="Доставка"), now=NOW)
    assert titles(ask(anna, RUN_TOGETHER, nearest, days=1)) == []


def test_of_passages_that_say_the_same_one_is_found(cloud: Standin, anna: Partner) -> None:
    load(UNITS, Source("Ещё раз юниты", "", UNITS.text))
    embed()
    assert len(ask(anna, RUN_TOGETHER, own_vector("Юниты")).passages) == 1


def test_ranks_are_fused() -> None:
    assert fused([1, 2, 3], [], covered=0.0) == [1, 2, 3]
    assert fused([1, 2, 3], [3, 4], covered=0.0) == [3, 1, 2, 4]
    assert fused([1, 2, 3], [3, 4], covered=1.0) == [1, 2, 3, 4]
    assert fused([], [5, 6], covered=0.0) == [5, 6]


# Who gets them


def test_without_a_provider_there_are_none(anna: Partner) -> None:
    load(UNITS)
    assert embed() == 0
    assert vector_of(anna) is None
    assert embedded() == set()


def test_a_partners_own_folder_makes_the_partners_own_vectors(anna: Partner) -> None:
    load(UNITS)
    load(OWN, owner=anna)
    with running_cloud():
        api_key_account(anna)
        embed()
    assert embedded() == {"Самовывоз"}


def test_progress(cloud: Standin) -> None:
    load(DELIVERY, UNITS)
    with tenancy.all_partners():
        assert progress(TODAY) == Progress(0, 2)
    assert embed_waiting(now=lambda: NOW, limit=1) == 1
    with tenancy.all_partners():
        assert progress(TODAY) == Progress(1, 2)


def test_a_changed_text_gets_a_new_vector(cloud: Standin) -> None:
    load(DELIVERY, UNITS)
    embed()
    before = own_vector("Юниты")
    load(DELIVERY, Source(UNITS.title, "", "# Юниты\n\nОни сгорают через год после покупки."))
    assert embedded() == {"Доставка"}
    assert embed() == 1
    assert own_vector("Юниты") != before


def test_vectors_of_another_model_are_not_compared_and_are_made_anew(cloud: Standin, anna: Partner) -> None:
    load(UNITS)
    embed()
    nearest = own_vector("Юниты")
    with tenancy.all_partners():
        Chunk.objects.update(embedding_model="text-search-doc/older")
    assert titles(ask(anna, RUN_TOGETHER, nearest)) == []
    assert vector_of(anna) is None
    assert embed() == 1
    assert titles(ask(anna, RUN_TOGETHER, nearest)) == ["Юниты"]


def test_a_killed_run_keeps_what_was_paid_for(cloud: Standin) -> None:
    load(DELIVERY, UNITS, OWN)
    ticks = iter(range(5))

    def now() -> datetime:
        if next(ticks, None) is None:
            raise SystemExit
        return NOW

    with pytest.raises(SystemExit):
        embed_waiting(now=now)
    assert 0 < len(embedded()) < 3
    asked = len(cloud.calls)
    embed()
    assert embedded() == {"Доставка", "Юниты", "Самовывоз"}
    assert asked + len(cloud.calls[asked:]) <= 4


def test_every_owner_has_a_turn(cloud: Standin, anna: Partner) -> None:
    load(DELIVERY, UNITS)
    load(OWN, owner=anna)
    embed_waiting(now=lambda: NOW, limit=2)
    assert "Самовывоз" in embedded()


def test_the_quota_of_ten_a_second_is_kept(cloud: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    yandex = Yandex(FOLDER, "yandexgpt-lite", Secret(API_KEY))
    for number in range(11):
        embed_slowly(yandex, f"Юниты {number}", "doc")
    assert len(cloud.calls) == 11  # nothing was refused and asked again


# When the provider does not work


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.QUOTA, Fault.NO_ROLE, Fault.NONSENSE, Fault.CUT])
def test_without_an_answer_words_are_searched(cloud: Standin, anna: Partner, fault: Fault) -> None:
    load(DELIVERY, UNITS)
    embed()
    cloud.always["textEmbedding"] = fault
    vector = vector_of(anna)
    assert vector is None
    assert titles(ask(anna, "юниты сгорают?", vector)) == ["Юниты"]
    with tenancy.partner(anna.pk):
        assert [use.purpose for use in AiUse.objects.all()] == ["search"]


def test_a_question_is_asked_once(cloud: Standin, anna: Partner) -> None:
    """Somebody waits for the answer: another try would take longer than it is worth."""
    load(UNITS)
    embed()
    asked = len(cloud.calls)
    cloud.fail("textEmbedding", Fault.DOWN)
    assert vector_of(anna) is None
    assert len(cloud.calls) == asked + 1


def test_names_and_phones_are_not_sent(cloud: Standin, anna: Partner) -> None:
    load(UNITS)
    embed()
    vector_of(anna, "Это Зарина, +7 912 345-67-89, юниты сгорают?")
    sent = cloud.asked("textEmbedding")[-1].body["text"]
    assert "912" not in sent
    question_vector(partner_id=anna.pk, question="Я Зорро, юниты сгорают?", now=lambda: NOW, names=["Зорро"])
    assert "Зорро" not in cloud.asked("textEmbedding")[-1].body["text"]


def test_an_account_that_fails_rests_and_is_tried_again(cloud: Standin) -> None:
    load(DELIVERY, UNITS)
    cloud.fail("textEmbedding", Fault.NO_ROLE)
    embed()
    assert len(cloud.calls) == 1  # the second passage was not tried
    embed()
    assert len(cloud.calls) == 1
    embed(NOW + timedelta(hours=1))
    assert embedded() == {"Доставка", "Юниты"}


def test_a_partner_whose_key_is_wrong_holds_nobody_up(cloud: Standin, anna: Partner) -> None:
    api_key_account(anna, api_key=Secret("wrong"))
    load(OWN, owner=anna)
    load(UNITS)
    embed()
    assert embedded() == {"Юниты"}


def test_what_fails_for_search_does_not_stop_answers(cloud: Standin, anna: Partner) -> None:
    load(UNITS)
    embed()
    cloud.always["textEmbedding"] = Fault.NO_ROLE
    vector_of(anna)
    with tenancy.partner(anna.pk):
        [use] = AiUse.objects.all()
    assert use.account.endswith(":search")


def test_a_text_that_is_refused_is_not_sent_again(cloud: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    load(UNITS)
    monkeypatch.setattr("content.ai.standin.cloud.MOST_EMBEDDED", 1)
    embed()
    assert len(cloud.calls) == 1
    assert embed() == 0
    assert stored() == {"Юниты": None}
    with tenancy.all_partners():
        assert Chunk.objects.get().embedding_model == MODEL


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e300", 10**400])
def test_numbers_that_postgresql_would_refuse(
    cloud: Standin, monkeypatch: pytest.MonkeyPatch, number: str | int
) -> None:
    load(UNITS)
    value = float(number) if isinstance(number, str) else number
    monkeypatch.setattr("content.ai.standin.models.embed", lambda _text: [value] * 256)
    embed()
    assert embedded() == set()


def test_a_database_without_the_extension_is_told_what_to_do(english: None) -> None:
    assert vector_errors("default") == []
    with connections["default"].cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO pg_catalog")
        [error] = vector_errors("default")
    assert "prepare_database" in str(error.hint)
