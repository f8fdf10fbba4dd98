"""Which passages get vectors, from whom, and that a provider who fails holds nobody up."""

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
from content.knowledge.reading import Source
from content.models import AiUse, Chunk
from content.queries.vectors import Progress, progress
from content.services.vectors import embed_waiting, question_vector
from partners import tenancy
from partners.fields import Secret
from partners.models import Partner
from tests.content.vectors import (
    DELIVERY,
    OWN,
    RUN_TOGETHER,
    TODAY,
    UNITS,
    ask,
    embed,
    embedded,
    load,
    own_vector,
    stored,
    titles,
    vector_of,
)
from tests.factories import NOW, make_partner
from tests.yandex import API_KEY, FOLDER, api_key_account, running_cloud

pytestmark = pytest.mark.django_db


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
    assert len(embedded()) == 2
    embed()
    assert embedded() == {"Доставка", "Юниты", "Самовывоз"}
    assert len(cloud.calls) == 3  # none was paid for twice


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
    question_vector(partner_id=anna.pk, key="1", question="Я Зорро, юниты сгорают?", now=lambda: NOW, names=["Зорро"])
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
