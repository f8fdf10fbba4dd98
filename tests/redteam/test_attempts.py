"""Every attempt through the gate, the search, the prompt and a model that obeys the attacker: none succeeds."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings as project
from pytest_django import Settings

from content.ai.chain import EXTRACTIVE
from content.ai.masking import mask
from content.ai.prompt import Persona, build_prompt
from content.ai.standin.server import Call
from content.ai.types import Passage, Prompt, Turn
from content.contacts import contacts
from content.knowledge.gate import shipped
from content.knowledge.reading import Source, read
from content.messages import Message
from content.models import Document
from content.queries.retrieval import retrieve
from content.services.knowledge import load_folder
from funnels.models import Question
from partners import tenancy
from partners.models import Partner
from tests.factories import NOW, make_bot, make_lead, make_partner
from tests.funnels.curator import answer_all, asks, questions, replies
from tests.redteam.attempts import FOREIGN, Attempt, file, obeyed, refused, wrongs
from tests.yandex import Saying, api_key_account, running_cloud

ARTICLES = Path(project.BASE_DIR) / "content" / "presets" / "knowledge"
HOSTILE = [(f"{at}.md", Source(one.title, "products", one.text)) for at, one in enumerate(file().documents)]
BORIS = [("own.md", Source("Борис Орлов", "delivery", "Заказ у Бориса забирают на Садовой, спросить Бориса Орлова."))]
ANNA = Persona("Анна Петрова", "vy", story="Живу в Самаре.")
HELD_BACK = {f"yandex: {trouble}" for trouble in ("leak", "language", "contact", "impostor", "claim", "figure")}
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
    settings.DATA_DIR, settings.PUBLIC_URL = tmp_path, "https://curator.example"
    anna = make_partner("anna", name=ANNA.name, story=ANNA.story, ai_daily_cap=1_000, ai_monthly_cap=1_000)
    make_bot(anna)
    boris = make_partner("boris", name="Борис Орлов")
    make_lead(boris, first_name="Семён Кузнецов", phone="+79125550102")
    shipped_ones = [(path.name, read(path.name, path.read_bytes())) for path in sorted(ARTICLES.glob("*.md"))]
    with tenancy.all_partners():
        load_folder(partner_id=None, collection="kb", sources=shipped_ones, now=NOW)
        load_folder(partner_id=None, collection="hostile", sources=HOSTILE, now=NOW)
    with tenancy.partner(boris.pk):
        load_folder(partner_id=boris.pk, collection="own", sources=BORIS, now=NOW)
    return anna


def ask(partner: Partner, text: str) -> tuple[Question, list[Message]]:
    """Everybody asks once: nobody is told to ask less."""
    asks(make_lead(partner, first_name="Мария"), text)
    assert answer_all(partner) == 1
    question = questions(partner)[-1]
    key = f"answer:{question.pk}:"
    return question, [Message.from_json(one.payload) for one in replies(partner) if one.dedupe_key.startswith(key)]


def prompt_of(call: Call) -> Prompt:
    system, *turns = call.body["messages"]
    return Prompt(system["text"], tuple(Turn(turn["role"], turn["text"]) for turn in turns))


@pytest.mark.django_db
def test_nothing_gets_through_without_a_model(anna: Partner) -> None:
    through: dict[str, object] = {}
    for attempt in file().attempts:
        question, messages = ask(anna, attempt.text)
        titles = [source["title"] for source in question.sources]
        bad = wrongs(messages) + [title for title in titles if any(contacts(title))]
        if question.reason != refused(attempt) and refused(attempt):
            bad.append(question.reason)
        if bad or not messages:
            through[attempt.text] = bad
    assert through == {}
    with tenancy.partner(anna.pk):
        hostile = set(Document.objects.filter(collection="hostile").values_list("title", flat=True))
        clean = Document.objects.filter(collection="hostile", findings=[])
        assert [document.title for document in clean] == ["Цвет шейкера <b>"]
        found = [retrieve(one.text, partner_id=anna.pk, today=NOW.date()) for one in file().attempts]
        assert {chunk.document.title for one in found for chunk in one.passages} >= hostile


@pytest.mark.django_db
def test_nothing_gets_through_with_a_model_that_obeys(anna: Partner) -> None:
    api_key_account(anna)
    through: dict[str, object] = {}
    asked = 0
    with running_cloud() as cloud:
        for attempt in file().attempts:
            cloud.cloud = Saying(says=obeyed(attempt, bare_head()))
            question, messages = ask(anna, attempt.text)
            calls, asked = cloud.asked("completion")[asked:], len(cloud.asked("completion"))
            for call in calls:
                assert_data(prompt_of(call))
            bad = wrongs(messages)
            bad += [word for call in calls for word in FOREIGN if word in prompt_of(call).system.casefold()]
            if calls and (question.provider != EXTRACTIVE or question.falls[0] not in HELD_BACK):
                bad.append(f"{question.provider} {question.falls}")
            if bad or not messages:
                through[attempt.text] = bad
    assert through == {}
    assert asked >= 20
