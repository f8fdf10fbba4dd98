"""Which questions are answered together."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from content.knowledge.grouping import groups, read

ALIKE_QUESTIONS = Path(__file__).with_name("alike_questions.yaml")
WORDS = (
    "доставка",
    "казахстан",
    "сколько",
    "стоит",
    "коллаген",
    "манго",
    "можно",
    "офис",
    "самара",
    "адрес",
    "?",
    "мир",
)
sentences = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)


def together(questions: list[str]) -> set[frozenset[str]]:
    return {frozenset(questions[place] for place in group) for group in groups(questions)}


def test_calibration() -> None:
    """Nobody gets an answer to another question; few are answered twice."""
    lists: list[list[str]] = yaml.safe_load(ALIKE_QUESTIONS.read_text(encoding="utf-8"))
    asked = [(number, text) for number, texts in enumerate(lists) for text in texts]
    found = {place: number for number, group in enumerate(groups([text for _n, text in asked])) for place in group}
    pairs = list(combinations(range(len(asked)), 2))
    same = {pair for pair in pairs if asked[pair[0]][0] == asked[pair[1]][0]}
    put_together = {pair for pair in pairs if found[pair[0]] == found[pair[1]]}
    assert len(asked) == 60
    assert put_together - same == set()
    assert len(put_together & same) / len(same) > 0.85


def test_price_and_presence_are_two_questions() -> None:
    assert len(groups(["Вы доставляете в Казахстан?", "Сколько стоит доставка в Казахстан?"])) == 2


def test_spelling_politeness_and_synonyms_do_not_matter() -> None:
    questions = ["сколько стоит коллаген", "Добрый день! Подскажите, пожалуйста, почём колаген?", "цена Collagen"]
    assert groups(questions) == [[0, 1, 2]]


def test_a_chain_is_not_one_group() -> None:
    """Each is like the next one, the first and the last have nothing in common."""
    things = ["манго", "халяль", "офис", "вебинар", "фисташка", "собака", "мяч", "окно"]
    chain = [" ".join(things[at : at + 3]) for at in range(len(things) - 2)]
    found = groups(chain)
    assert 1 < len(found) < len(chain)
    for leader, *others in found:
        assert all(set(chain[leader].split()) & set(chain[other].split()) for other in others)


@pytest.mark.parametrize("nothing", [[], [""], ["?", "!!", ""], ["а", "и"]])
def test_what_says_nothing_breaks_nothing(nothing: list[str]) -> None:
    assert sorted(place for group in groups(nothing) for place in group) == list(range(len(nothing)))


@settings(max_examples=200)
@given(st.lists(sentences, max_size=25))
def test_every_question_is_in_one_group_whose_leader_is_its_oldest(questions: list[str]) -> None:
    found = groups(questions)
    assert sorted(place for group in found for place in group) == list(range(len(questions)))
    assert all(group == sorted(group) for group in found)
    assert [group[0] for group in found] == sorted(group[0] for group in found)
    assert groups(questions) == found


@settings(max_examples=200)
@given(st.lists(sentences, min_size=1, max_size=25))
def test_equal_questions_are_together(questions: list[str]) -> None:
    found = groups([*questions, questions[0]])
    group_of = {place: number for number, group in enumerate(found) for place in group}
    assert group_of[0] == group_of[len(questions)] or not read(questions[0]).marks


@settings(max_examples=100)
@given(st.text(max_size=200), st.text(max_size=200))
def test_whatever_people_type(one: str, other: str) -> None:
    assert 1 <= len(groups([one, other])) <= 2
