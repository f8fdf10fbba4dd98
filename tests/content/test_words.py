"""What the index takes from a text: words, their dictionary forms, how they sound, numbers said in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.knowledge.numbers import said_otherwise
from content.knowledge.sounds import grams, skeleton, sound
from content.knowledge.words import LONGEST, analysis, known, lemma, lemmas, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2 000 PV, Ёлка — 0,5 г", ["2000", "pv", "елка", "0.5", "г"]),
        ("витамин В12 и d3, 5-HTP", ["витамин", "b12", "и", "d3", "5", "htp"]),
        ("1\u202f990 ₽", ["1990", "₽"][:1]),
        ("12 000 000", ["12000000"]),
        ("10 2000", ["10", "2000"]),
        ("<b>!?</b>", ["b", "b"]),
        ("", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(st.text(max_size=200))
def test_any_text_has_words_that_can_be_analysed(text: str) -> None:
    for word in words(text):
        assert 0 < len(word) <= LONGEST
        assert lemma(word)
        assert isinstance(sound(word), str)


def test_forms_of_a_word_become_one() -> None:
    assert lemmas("юнитами коллагена беременным") == [lemma("юниты"), "коллаген", analysis("беременным").forms[0]]
    assert {"беременный", "беременная"} >= set(analysis("беременным").forms)


def test_what_the_dictionary_tells_of_a_word() -> None:
    assert analysis("германию").place
    assert analysis("корм").noun
    assert not analysis("метобуст").known
    assert known("ещё")
    assert not known("прои")
    assert not known("nl")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("пв", "pv"),
        ("нл", "nl"),
        ("эд", "ed"),
        ("коллогэн", "коллаген"),
        ("метабуст", "metaboost"),
        ("тринити", "trinity"),
        ("лифт", "lift"),
        ("жилезо", "железо"),
    ],
)
def test_one_sound(one: str, other: str) -> None:
    assert sound(one) == sound(other)


def test_different_words_sound_different() -> None:
    assert len({sound(word) for word in ("витамин", "коллаген", "бонус", "партнер", "доставка")}) == 5


def test_grams_mark_the_ends() -> None:
    assert set(grams("ab")) == {"^a", "ab", "b$", "^ab", "ab$"}


def test_a_skeleton_needs_three_consonants() -> None:
    assert skeleton(sound("smile")) == skeleton(sound("смайл")) != ""
    assert skeleton(sound("хэппи")) == ""


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("двое суток", {(0, ("2",)), (1, ("48", "час"))}),
        ("3 недели", {(1, ("21", "день"))}),
        ("полгода", {(0, ("6", "месяц"))}),
        ("миллион рублей", {(0, ("1000000",))}),
        ("привет", set()),
    ],
)
def test_numbers_said_otherwise(text: str, figures: set[tuple[int, tuple[str, ...]]]) -> None:
    assert set(said_otherwise(lemmas(text))) == figures
