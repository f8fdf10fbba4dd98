"""Cutting documents, and putting the spaces of PDF texts right."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.knowledge.chunking import OVERLAP, SIZE, passages
from content.knowledge.spacing import repair, repair_line

SENTENCES = [f"Предложение номер {number} рассказывает о доставке." for number in range(100)]


def test_headings_are_the_way_to_a_passage() -> None:
    long = " ".join(SENTENCES[:20])
    found = passages(f"# Доставка\n\n## Сроки\n\n{long}\n\n## Цена\n\n{long}")
    assert [passage.headings for passage in found] == [("Доставка", "Сроки"), ("Доставка", "Цена")]


def test_small_sections_share_a_passage_with_all_their_headings() -> None:
    (passage,) = passages("# Вопросы\n\n## Где?\n\nТут.\n\n## Когда?\n\nСегодня.")
    assert passage.headings == ("Вопросы", "Где?", "Когда?")
    assert "Тут." in passage.text
    assert "Сегодня." in passage.text


def test_numbered_questions_are_headings_even_over_two_lines() -> None:
    text = "1. Можно ли растолочь\nтаблетку? Нет, нельзя.\n2. Сколько хранится?\nДва года.\n3. Соберите корзину"
    (passage,) = passages(text)
    assert passage.headings == ("Можно ли растолочь таблетку?", "Сколько хранится?")


def test_a_long_text_overlaps() -> None:
    found = passages("\n".join(SENTENCES))
    assert len(found) > 3
    for before, after in pairwise(found):
        first = after.text.split("\n")[0]
        assert before.text.endswith(first) or first in before.text
    assert all(sentence in "\n".join(passage.text for passage in found) for sentence in SENTENCES)


def test_one_endless_line_is_cut_at_sentences() -> None:
    found = passages(" ".join(SENTENCES))
    assert len(found) > 3
    assert all(len(passage.text) <= SIZE * 1.5 + OVERLAP for passage in found)
    assert found[1].text.split("\n")[0] in found[0].text


def test_a_table_is_not_torn_and_a_long_one_keeps_its_head() -> None:
    rows = [f"| Страна {number} | {number} дней |" for number in range(12)]
    table = "\n".join(["| Где | Сколько |", "|---|---|", *rows])
    found = passages("\n".join(SENTENCES[:22]) + "\n" + table)
    assert any(table in passage.text for passage in found)

    long = "\n".join(["| Где | Сколько |", "|---|---|", *(row * 3 for row in rows * 8)])
    assert all("| Где | Сколько |" in passage.text for passage in passages(long))


@given(st.text(alphabet="#|аб1.?) \n-", max_size=4_000))
def test_nothing_is_lost_whatever_the_text(text: str) -> None:
    kept = "".join(passage.text for passage in passages(text))
    for letter in "аб1":
        assert kept.count(letter) >= text.count(letter)


@given(st.text(alphabet="абв г.\nд", min_size=1, max_size=300), st.integers(20, 100))
def test_passages_stay_small(text: str, times: int) -> None:
    assert all(len(passage.text) < SIZE * 2 for passage in passages(text * times))


@pytest.mark.parametrize(
    ("torn", "whole"),
    [
        ("в пище прои зводится белок", "в пище производится белок"),
        ("эффекта накопле ния и вкуса", "эффекта накопления и вкуса"),
        ("65 г или 3 мл в день", "65 г или 3 мл в день"),
        ("я и он", "я и он"),
        ("г е ль - сыворо тк а 2 : 1 крем", "гель - сыворотка 2 : 1 крем"),
        ("Д ля ж ир ной к о ж и:", "Для жирной кожи:"),
    ],
)
def test_repair(torn: str, whole: str) -> None:
    assert re.sub(r"\s*([-:])\s*", r"\1", repair_line(torn)) == re.sub(r"\s*([-:])\s*", r"\1", whole)


@given(st.text(alphabet="гельсыворткабди -:1\n", max_size=300))
def test_repair_changes_spaces_only(text: str) -> None:
    assert re.sub(r"\s", "", repair(text)) == re.sub(r"\s", "", text)
