"""The shipped thesaurus: large, consistent, and what a search makes of it."""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest
from pymorphy3 import MorphAnalyzer

from content.claims.words import rule_keys
from content.knowledge.thesaurus import SHIPPED, load_thesaurus, shipped
from partners.strict_yaml import FileError

SMALL = """\
format: 1
groups:
  - {kind: same, words: [лк, личный кабинет, кабинет]}
  - {kind: broader, words: [бад, омега, лк]}
"""


@cache
def dictionary() -> MorphAnalyzer:
    return MorphAnalyzer()


def lemmas(phrase: str) -> list[str]:
    """The likeliest dictionary forms, as the index takes them."""
    return [dictionary().parse(word)[0].normal_form.replace("ё", "е") for word in phrase.split()]


def forms(word: str) -> frozenset[str]:
    """All its dictionary forms; of a word that the dictionary cannot place, the word itself."""
    return rule_keys(word) or frozenset({word})


def spellings(phrase: str) -> set[tuple[str, ...]]:
    """The phrase in every dictionary form that its words may have."""
    return set(product(*(forms(word) for word in phrase.replace("-", " ").split())))


def test_it_has_enough_groups_of_both_kinds() -> None:
    kinds = [group.kind for group in shipped().groups]
    assert kinds.count("same") >= 250
    assert kinds.count("broader") >= 40


def test_it_leaves_room_under_the_limit_of_a_file() -> None:
    assert SHIPPED.stat().st_size < 150 * 1024


def test_no_word_in_any_of_its_forms_stands_in_two_groups() -> None:
    homes: dict[tuple[str, ...], str] = {}
    clashes = []
    for group in shipped().groups:
        if group.kind == "same":
            for spelling in {form for phrase in group.words for form in spellings(phrase)}:
                if (home := homes.setdefault(spelling, group.words[0])) != group.words[0]:
                    clashes.append((spelling, home, group.words[0]))
    assert clashes == []


def test_a_phrase_is_never_longer_than_a_search_looks() -> None:
    longest = max(len(phrase.split()) for group in shipped().groups for phrase in group.words)
    assert longest <= 4


def test_words_of_a_group_stand_for_each_other() -> None:
    synonyms = load_thesaurus(SMALL, "a.yaml").synonyms(str.split)
    assert synonyms["кабинет"] == ("лк", "личный кабинет")
    assert synonyms["личный кабинет"] == ("лк", "кабинет")


def test_a_broader_word_stands_for_the_narrower_and_not_the_other_way_round() -> None:
    synonyms = load_thesaurus(SMALL, "a.yaml").synonyms(str.split)
    assert synonyms["омега"] == ("бад",)
    assert "бад" not in synonyms
    assert synonyms["лк"] == ("личный кабинет", "кабинет", "бад")


def test_phrases_meet_in_their_dictionary_forms() -> None:
    text = "format: 1\ngroups:\n  - {kind: same, words: [посылки, посылка, бандероль]}\n"
    assert load_thesaurus(text, "a.yaml").synonyms(lemmas) == {"посылка": ("бандероль",), "бандероль": ("посылка",)}


@pytest.fixture(scope="module")
def synonyms() -> dict[str, tuple[str, ...]]:
    return shipped().synonyms(lemmas)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("эд", "energy diet"),
        ("лк", "личный кабинет"),
        ("пв", "pv"),
        ("уешка", "условный единица"),
        ("полгода", "6 месяц"),
        ("квитанция", "чек"),
        ("сдэк", "пункт выдача"),
        ("вылетать", "вылететь"),
        ("дочка", "ребенок"),
        ("спонсор", "наставник"),
    ],
)
def test_what_people_type_leads_to_what_articles_say(
    synonyms: dict[str, tuple[str, ...]], typed: str, said: str
) -> None:
    assert said in synonyms[" ".join(lemmas(typed))]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{kind: same, words: [кабинет, аккаунт]}", "repeated_word"),
        ("{kind: same, words: [адрес]}", "too_short"),
        ("{kind: alike, words: [адрес, улица]}", "literal_error"),
        ("{kind: same, words: [Адрес, улица, дом]}", "string_pattern_mismatch"),
        ("{kind: same, words: [ёлка, елочка, дом]}", "string_pattern_mismatch"),
        ("{kind: same, words: [адрес, улица], weight: 2}", "extra_forbidden"),
    ],
)
def test_a_mistake_is_told_with_its_line(line: str, code: str) -> None:
    with pytest.raises(FileError) as caught:
        load_thesaurus(f"{SMALL}  - {line}\n", "a.yaml")
    assert [(problem.line, problem.code) for problem in caught.value.problems] == [(5, code)]
