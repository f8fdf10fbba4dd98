"""What a change of the documents does to the regression set."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from content.knowledge.enough import Lacking
from content.knowledge.gate import Refusal
from content.knowledge.reading import Source
from content.knowledge.regression import Compared, Line, Outcome, Verdict, goodness
from content.models import Chunk, Document, RegressionQuestion
from content.queries.regression import NEW, Trial, compare, lines, stored_as
from content.queries.retrieval import retrieve
from content.services.knowledge import retire, save_source
from content.services.regression import add_lines
from partners import tenancy
from tests.factories import NOW, make_partner

TODAY = date(2026, 3, 2)
KAZAKHSTAN = "Доставка в Казахстан идёт от пяти до десяти дней, заказ привозит курьер."
COLLAGEN = "Коллаген продаётся без вкуса и с вишней, порция растворяется в воде."
PICK_UP = "Заказ можно забрать в пункте выдачи, код приходит в сообщении."
WHEN = "сколько дней идёт доставка в Казахстан?"

outcomes = st.builds(
    Outcome,
    st.none() | st.sampled_from(Refusal),
    st.none() | st.sampled_from(Lacking),
    st.lists(st.integers(1, 9), max_size=5, unique=True).map(tuple),
)
questions = st.sampled_from(
    [Line("?", "answer", 3), *(Line("?", kind) for kind in ("nothing", "medical", "offtopic", "injection"))]
)


@given(questions, outcomes, outcomes)
def test_worse_one_way_is_better_the_other(line: Line, one: Outcome, other: Outcome) -> None:
    there, back = Compared(line, one, other).verdict, Compared(line, other, one).verdict
    opposite = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER, Verdict.SAME: Verdict.SAME}
    assert back == opposite[there]
    assert Compared(line, one, one).verdict is Verdict.SAME


def test_what_is_good() -> None:
    asked = Line("?", "answer", 3)
    first, second, none = Outcome(None, None, (3, 1)), Outcome(None, None, (1, 3)), Outcome(None, Lacking.THING, (3,))
    assert goodness(asked, first) > goodness(asked, second) > goodness(asked, none)
    assert goodness(asked, none) == goodness(asked, Outcome(None, None, (1,)))
    refused = Line("?", "medical")
    assert goodness(refused, Outcome(Refusal.MEDICAL)) > goodness(refused, none) > goodness(refused, first)
    assert goodness(Line("?", "nothing"), none) > goodness(Line("?", "nothing"), first)


@pytest.fixture
def base(db: None, settings: Settings, tmp_path: Path) -> dict[str, Document]:
    settings.DATA_DIR = tmp_path
    return {title: stored(title, text) for title, text in (("Доставка", KAZAKHSTAN), ("Коллаген", COLLAGEN))}


def stored(title: str, text: str, partner_id: int | None = None) -> Document:
    with tenancy.all_partners():
        document = Document(path=f"articles/{title}.md", partner_id=partner_id)
        save_source(document=document, source=Source(title, "", text), now=NOW)
    return document


def compared(asked: list[Line], *trials: Trial) -> list[Compared]:
    with tenancy.all_partners():
        return compare(asked, trials, today=TODAY)


def test_a_new_document_answers_what_was_not_answered(base: dict[str, Document]) -> None:
    asked = [Line("есть ли коллаген с манго", "answer", NEW), Line(WHEN, "answer", base["Доставка"].pk)]
    trial = Trial(Source("Коллаген со вкусом манго", "", "Коллагена с манго в каталоге нет, есть вишня."))
    mango, delivery = compared(asked, trial)
    assert mango.verdict is Verdict.BETTER
    assert mango.after.rank(NEW) == 1
    assert not mango.before.answers
    assert (delivery.verdict, delivery.before.rank(base["Доставка"].pk)) == (Verdict.SAME, 1)
    with tenancy.all_partners():
        assert Document.objects.count() == 2  # nothing is left behind
        assert Chunk.objects.count() == 2


def test_a_document_that_loses_its_answer_is_worse(base: dict[str, Document]) -> None:
    pk = base["Доставка"].pk
    [one] = compared([Line(WHEN, "answer", pk)], Trial(Source("Пункты выдачи", "", PICK_UP), pk))
    assert one.verdict is Verdict.WORSE
    [kept] = compared([Line(WHEN, "answer", pk)], Trial(Source("Доставка", "", KAZAKHSTAN + " Всегда."), pk))
    assert kept.verdict is Verdict.SAME


def test_an_answer_where_none_belongs_is_worse(base: dict[str, Document]) -> None:
    asked = [Line("как вызвать такси до аэропорта", "nothing")]
    assert compared(asked)[0].is_right
    [one] = compared(asked, Trial(Source("Такси до аэропорта", "", "Как вызвать такси до аэропорта: по телефону.")))
    assert one.verdict is Verdict.WORSE


def test_an_expired_trial_answers_nothing(base: dict[str, Document]) -> None:
    source = Source("Коллаген с манго", "", "Коллаген с манго есть в каталоге.", expires=TODAY)
    [one] = compared([Line("коллаген с манго", "answer", NEW)], Trial(source))
    assert one.after.rank(NEW) == 0


def test_a_partners_document_is_for_that_partner(base: dict[str, Document]) -> None:
    anna, boris = make_partner("anna"), make_partner("boris")
    text = "Коллаген с манго лежит у партнёра на складе."
    asked = [Line("коллаген с манго", "answer", NEW, partner_id=owner) for owner in (anna.pk, boris.pk, None)]
    found = compared(asked, Trial(Source("Манго", "", text), NEW, anna.pk))
    assert [one.after.rank(NEW) for one in found] == [1, 0, 0]


def test_the_bot_says_the_same(base: dict[str, Document]) -> None:
    anna = make_partner("anna")
    stored("Склад", "Склад партнёра на Лесной улице открыт вечером.", anna.pk)
    for question in (WHEN, "коллаген вишня", "где склад партнёра", "коллаген с манго", "чем лечить диабет", "погода"):
        [one] = compared([Line(question, partner_id=anna.pk)])
        with tenancy.partner(anna.pk):
            said = retrieve(question, partner_id=anna.pk, today=TODAY)
        assert (one.after.refusal, one.after.lacking) == (said.refusal, said.lacking), question
        assert list(one.after.documents) == list(dict.fromkeys(chunk.document_id for chunk in said.passages)), question


def test_lines_keep_nothing_personal(base: dict[str, Document]) -> None:
    said = "Меня зовут Олеся, мой номер +7 916 123-45-67, сколько идёт доставка?"
    with tenancy.all_partners():
        assert add_lines(document=base["Доставка"], questions=[said, said, "  "], now=NOW, names=("Олеся",)) == 1
        assert add_lines(document=base["Доставка"], questions=[said], now=NOW, names=("Олеся",)) == 0
        row = RegressionQuestion.objects.get()
    assert row.text == "Меня зовут [имя], мой номер [телефон], сколько идёт доставка?"


def test_whose_lines_are_run(base: dict[str, Document]) -> None:
    anna, boris = make_partner("anna"), make_partner("boris")
    own = stored("Склад первый", "Склад на Лесной улице.", anna.pk)
    theirs = stored("Склад второй", "Склад на Морской улице.", boris.pk)
    with tenancy.all_partners():
        for document in (base["Доставка"], own, theirs):
            add_lines(document=document, questions=[document.title], now=NOW)
        assert [line.partner_id for line in lines()] == [None, anna.pk, boris.pk]
        assert [(line.text, line.partner_id) for line in lines(anna.pk)] == [
            ("Доставка", anna.pk),
            ("Склад первый", anna.pk),
        ]


def test_which_document_a_file_replaces(base: dict[str, Document]) -> None:
    with tenancy.all_partners():
        assert stored_as("Доставка.md", None) == base["Доставка"]
        assert stored_as("авка.md", None) is None
        retire(document=base["Доставка"], now=NOW)
        assert stored_as("Доставка.md", None) is None
