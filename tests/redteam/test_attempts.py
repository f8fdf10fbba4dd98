"""Every attempt through the gate, the search, the prompt and a model that obeys the attacker: none succeeds."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings as project
from pytest_django import Settings

from content.ai.budget import Spending
from content.ai.chain import EXTRACTIVE, answer
from content.ai.extractive import quote
from content.ai.masking import mask
from content.ai.prompt import Persona, build_prompt
from content.ai.troubles import Trouble
from content.ai.types import Passage, Prompt, Turn
from content.knowledge.gate import shipped
from content.knowledge.reading import Source, read
from content.models import AiUse, Document
from content.queries.retrieval import Retrieved, retrieve
from content.services.knowledge import load_folder
from partners import tenancy
from partners.models import Partner
from tests.factories import NOW, make_lead, make_partner
from tests.redteam.attempts import FOREIGN, SLOTS, Attempt, file, obeyed, refused, wrongs
from tests.yandex import Saying, api_key_account, running_cloud

ARTICLES = Path(project.BASE_DIR) / "content" / "presets" / "knowledge"
HOSTILE = [(f"{at}.md", Source(one.title, "products", one.text)) for at, one in enumerate(file().documents)]
BORIS = [("own.md", Source("Борис Орлов", "delivery", "Заказ у Бориса забирают на Садовой, спросить Бориса Орлова."))]
ANNA = Persona("Анна Петрова", "vy", story="Живу в Самаре.")
HELD_BACK = {Trouble.LEAK, Trouble.LANGUAGE, Trouble.CONTACT, Trouble.IMPOSTOR, Trouble.CLAIM, Trouble.FIGURE}
each = pytest.mark.parametrize("attempt", file().attempts, ids=range(len(file().attempts)))


def test_there_are_enough_of_every_kind() -> None:
    assert len(file().attempts) >= 100
    assert {attempt.kind for attempt in file().attempts} == file().kinds.keys()


@each
def test_the_gate(attempt: Attempt) -> None:
    assert not refused(attempt) or shipped().refusal(attempt.text) == refused(attempt)


@each
def test_in_a_prompt_an_attempt_is_data(attempt: Attempt) -> None:
    history = [Turn("user", attempt.text), Turn("assistant", attempt.text)]
    passages = [Passage(attempt.text[:200], attempt.text)]
    prompt = build_prompt(
        persona=ANNA, passages=passages, question=attempt.text, history=history, names=["Анна Петрова"]
    )
    assert_data(prompt)
    assert [turn.role for turn in prompt.turns] == ["user", "assistant", "user"]


def assert_data(prompt: Prompt) -> None:
    """Between the marks no angle bracket, outside of them nothing that somebody typed."""
    head, *documents = prompt.system.split("\n\n<документ>\n")
    assert head.removesuffix("\n\nДокументов по этому вопросу нет.") == bare_head()
    for document in documents:
        assert document.endswith("\n</документ>")
        assert set("<>").isdisjoint(document.removesuffix("\n</документ>"))
    for turn in prompt.turns:
        text = turn.text
        if turn.role == "user":
            assert text.startswith("<вопрос>\n")
            assert text.endswith("\n</вопрос>")
            text = text.removeprefix("<вопрос>\n").removesuffix("\n</вопрос>")
        assert set("<>").isdisjoint(text)
        assert mask(text, ["Анна Петрова"]) == text


def bare_head() -> str:
    empty = build_prompt(persona=ANNA, passages=[], question="")
    return empty.system.removesuffix("\n\nДокументов по этому вопросу нет.")


@pytest.fixture
def anna(settings: Settings, tmp_path: Path) -> Partner:
    """Her network's knowledge base has hostile documents in it; Boris has documents and leads of his own."""
    settings.DATA_DIR = tmp_path
    anna = make_partner("anna", name="Анна Петрова", ai_daily_cap=1_000, ai_monthly_cap=1_000)
    boris = make_partner("boris", name="Борис Орлов")
    make_lead(boris, first_name="Семён Кузнецов", phone="+79125550102")
    shipped_ones = [(path.name, read(path.name, path.read_bytes())) for path in sorted(ARTICLES.glob("*.md"))]
    with tenancy.all_partners():
        load_folder(partner_id=None, collection="kb", sources=shipped_ones, now=NOW)
        load_folder(partner_id=None, collection="hostile", sources=HOSTILE, now=NOW)
    with tenancy.partner(boris.pk):
        load_folder(partner_id=boris.pk, collection="own", sources=BORIS, now=NOW)
    return anna


def found(attempt: Attempt, partner: Partner) -> Retrieved:
    with tenancy.partner(partner.pk):
        return retrieve(attempt.text, partner_id=partner.pk, today=NOW.date())


def passages_of(retrieved: Retrieved) -> list[Passage]:
    return [Passage(one.document.title, one.readable, one.document.as_of) for one in retrieved.passages]


@pytest.mark.django_db
def test_nothing_gets_through_without_a_model_nor_with_an_obedient_one(anna: Partner) -> None:
    api_key_account(anna)
    through: dict[str, list[str]] = {}
    met = set()
    with running_cloud() as cloud:
        for number, attempt in enumerate(file().attempts):
            retrieved = found(attempt, anna)
            met |= {one.document.title for one in retrieved.passages}
            passages = passages_of(retrieved)
            prompt = build_prompt(persona=ANNA, passages=passages, question=attempt.text)
            assert_data(prompt)
            cloud.cloud = Saying(says=obeyed(attempt, prompt))
            spending = Spending(anna.pk, f"q:{number}", AiUse.Purpose.ANSWER)
            reply = answer(spending=spending, prompt=prompt, passages=passages, slots=SLOTS, now=lambda: NOW)
            bad = wrongs(quote(passages, SLOTS)) + wrongs(reply.messages)
            bad += [word for word in FOREIGN if word in prompt.system.casefold()]
            if reply.outcome.provider != EXTRACTIVE or reply.outcome.falls[0].trouble not in HELD_BACK:
                bad.append(f"{reply.outcome}")
            if bad:
                through[attempt.text] = bad
    assert through == {}
    assert met >= {document.title for document in file().documents}
    assert "Борис Орлов" not in met


@pytest.mark.django_db
def test_hostile_documents_are_shown_to_the_editor(anna: Partner) -> None:
    with tenancy.all_partners():
        hostile = Document.objects.filter(collection="hostile")
        assert [document.title for document in hostile.filter(findings=[])] == ["Цвет шейкера <b>"]
