"""Questions that no document answers in their own words, where a provider makes vectors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from content.ai.standin import Fault, Standin
from content.models import AiUse
from content.services.vectors import embed_waiting
from funnels.models import Question
from partners import tenancy
from partners.models import Lead, Partner
from tests.factories import NOW, make_bot, make_lead, make_partner
from tests.funnels.curator import DELIVERY, answer_all, asks, questions, said, write
from tests.yandex import API_KEY, FOLDER, running_cloud

pytestmark = pytest.mark.django_db

State = Question.State
RUN_TOGETHER = "сгораютисрокабаллыбаллыимеютгодностинене"  # its letters are those of the document, its word is not


@pytest.fixture
def cloud(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr("content.ai.embeddings._INTERVAL", 0)
    with running_cloud(YANDEX_FOLDER_ID=FOLDER, YANDEX_API_KEY=API_KEY) as standin:
        yield standin


@pytest.fixture
def anna(cloud: Standin) -> Partner:
    partner = make_partner("anna", name="Анна", telegram_id=777)
    make_bot(partner)
    write(DELIVERY, "Доставка")
    write("Баллы не сгорают и не имеют срока годности.", "Баллы")
    return partner


@pytest.fixture
def ivan(anna: Partner) -> Lead:
    return make_lead(anna, first_name="Зорро")


def states(partner: Partner) -> list[str]:
    return [question.state for question in questions(partner)]


def test_answered_only_with_vectors(cloud: Standin, anna: Partner, ivan: Lead) -> None:
    asks(ivan, RUN_TOGETHER)
    answer_all(anna)
    embed_waiting(now=lambda: NOW)
    asks(ivan, RUN_TOGETHER)
    answer_all(anna)
    assert states(anna) == [State.UNANSWERED, State.ANSWERED]
    assert questions(anna)[1].sources[0]["title"] == "Баллы"


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.NO_ROLE])
def test_what_fails_for_search_does_not_stop_answers(cloud: Standin, anna: Partner, ivan: Lead, fault: Fault) -> None:
    embed_waiting(now=lambda: NOW)
    cloud.always["textEmbedding"] = fault
    asks(ivan, "Сколько идёт доставка?")
    answer_all(anna)
    assert "от трёх до семи рабочих дней" in said(anna)[0]
    with tenancy.partner(anna.pk):
        assert set(AiUse.objects.values_list("purpose", "state")) == {("search", "failed"), ("answer", "charged")}


def test_the_leads_name_is_not_sent_and_thanks_are_not_looked_up(cloud: Standin, anna: Partner, ivan: Lead) -> None:
    embed_waiting(now=lambda: NOW)
    asks(ivan, "Это Зорро. Сколько идёт доставка?", "спасибо")
    answer_all(anna)
    sent = [call.body["text"] for call in cloud.asked("textEmbedding") if "query" in call.body["modelUri"]]
    assert len(sent) == 1
    assert "Зорро" not in sent[0]
