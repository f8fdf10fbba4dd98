"""The index and the search: words however they are written, several owners, what expired."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from content.knowledge.distinct import distinct
from content.knowledge.index import Entry, Index, build
from content.knowledge.query import Synonyms, slots
from content.knowledge.search import Hit, search

TODAY = date(2026, 11, 22).toordinal()

TEXTS = (
    ("Energy Diet", "Коктейль Energy Diet хранится 12 месяцев, открытая банка два месяца."),
    ("Коллаген", "Collagen Trinity принимают три месяца, запивая водой."),
    ("Юниты", "Юниты не сгорают: это продуктовый бонус за покупки."),
    ("Metaboost", "MetaBoost: один стик развести в воде."),
    ("Возврат", "Товар можно вернуть: чек желателен."),
    ("Первые шаги", "Первые 48 часов важны: добавь новичка в чат."),
    ("Беременность", "Сыворотка подходит во время беременности."),
    ("Счёт", "ГО — групповой оборот, ЛО — личный оборот в PV."),
    ("Дом", "Гель Fineffect подходит для домов с септиками."),
)


def entries(texts: Sequence[tuple[str, str]] = TEXTS, *, first: int = 0, expires: int = 0) -> list[Entry]:
    return [
        Entry(chunk=first + at, document=first + at, title=title, headings=(), text=text, expires=expires)
        for at, (title, text) in enumerate(texts)
    ]


@pytest.fixture(scope="module")
def index() -> Index:
    return build(entries())


def first(question: str, *indexes: Index, synonyms: Synonyms | None = None) -> int | None:
    hits: Sequence[Hit] = search(question, indexes, today=TODAY, synonyms=synonyms or {}).hits
    return hits[0].chunk if hits else None


@pytest.mark.parametrize(
    ("question", "chunk"),
    [
        ("сколько хранится энерджи диет", 0),
        ("энэрджи диэт вскрыла", 0),
        ("коллагентринити сколько пить", 1),
        ("юнеты сгарают?", 2),
        ("как пить метобуст", 3),
        ("мета буст", 3),
        ("вернуть без чека", 4),
        ("двое суток", 5),
        ("беременным можно?", 6),
        ("гэ о и эл о", 8 - 1),
        ("пэ вэ", 7),
        ("файн эффект под септик", 8),
    ],
)
def test_a_question_finds_its_chunk(index: Index, question: str, chunk: int) -> None:
    assert first(question, index) == chunk


@pytest.mark.parametrize("question", ["", "???", "и в на", "квазар фотосинтез"])
def test_nothing_to_find(index: Index, question: str) -> None:
    assert first(question, index) is None


def test_synonyms_of_one_word_and_of_several(index: Index) -> None:
    synonyms: Synonyms = {"бумажка": ("чек",), "рыжий банка": ("energy diet",)}
    assert first("бумажку потеряла", index) is None
    assert first("бумажку потеряла", index, synonyms=synonyms) == 4
    assert first("рыжая банка", index, synonyms=synonyms) == 0


def test_a_heading_weighs_more_than_the_text() -> None:
    plain = Entry(1, 1, "", (), "Доставка и другое, и третье")
    headed = Entry(2, 2, "", ("Доставка",), "Привезут и другое, и третье")
    assert first("доставка", build([plain, headed])) == 2


def test_a_partners_own_documents_are_found_beside_the_networks(index: Index) -> None:
    own = build(entries([("Самовывоз", "Мой склад на Лесной: возврат чеков нет.")], first=100))
    hits = search("самовывоз со склада на Лесной", [index, own], today=TODAY, synonyms={}).hits
    assert hits[0].chunk == 100
    assert first("энерджи диет", index, own) == 0


def test_expired_is_never_found() -> None:
    assert first("юниты", build(entries(expires=TODAY))) is None
    assert first("юниты", build(entries(expires=TODAY + 1))) == 2


def test_of_equals_the_fresher_comes_first() -> None:
    old = Entry(1, 1, "", (), "Доставка три дня", day=10)
    fresh = Entry(2, 2, "", (), "Доставка два дня", day=20)
    assert first("доставка", build([old, fresh])) == 2


def test_how_much_of_the_question_is_covered(index: Index) -> None:
    whole, part = (
        search(question, [index], today=TODAY, synonyms={}).hits[0] for question in ("юниты", "юниты и шенген, ипотека")
    )
    assert whole.covered == pytest.approx(1)
    assert part.covered < 0.6


def test_an_index_is_the_same_after_it_was_saved(index: Index, tmp_path: Path) -> None:
    index.save(tmp_path / "one")
    loaded = Index.load(tmp_path / "one")
    assert isinstance(loaded.word_rows, np.memmap)
    for question in ("энерджи диет", "юнеты"):
        before, after = (search(question, [one], today=TODAY, synonyms={}).hits for one in (index, loaded))
        assert before == after


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    empty = build([])
    empty.save(tmp_path / "empty")
    assert first("юниты", Index.load(tmp_path / "empty")) is None


def test_a_damaged_index_is_told(index: Index, tmp_path: Path) -> None:
    index.save(tmp_path / "one")
    (tmp_path / "one" / "words.npy").write_bytes(b"")
    with pytest.raises((OSError, ValueError)):
        Index.load(tmp_path / "one")


def test_what_was_said_before_is_left_out_and_the_fresher_kept() -> None:
    text = "Доставка по России занимает от трёх до семи дней и стоит триста рублей в любой город"
    old, fresh = Entry(1, 1, "", (), text, day=1), Entry(2, 2, "", (), text + " страны", day=2)
    other = Entry(3, 3, "", (), "Совсем другие слова о возврате товара в магазин за четырнадцать дней")
    assert [entry.chunk for entry in distinct([old, fresh, other])] == [2, 3]


def test_little_words_are_not_joined() -> None:
    told = [Entry(1, 1, "", (), "Отменить заказ можно в кабинете")]
    assert first("он от меня", build(told)) is None


def test_a_question_of_any_length_is_taken(index: Index) -> None:
    assert len(slots("слово " * 5_000 + "юниты", index, {})) <= 1
