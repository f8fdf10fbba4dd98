"""Vectors beside words: who gets them, what they find, and that nothing depends on them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from content.ai.standin import Standin
from content.knowledge.enough import Lacking
from content.knowledge.fusion import fused
from content.knowledge.reading import Source
from content.models import Document
from content.services.knowledge import retire
from content.tasks import embed_passages
from partners import tenancy
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
    titles,
    vector_of,
)
from tests.factories import NOW, make_partner
from tests.yandex import API_KEY, FOLDER, running_cloud

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
