"""Which products a text names. The catalogue is the shipped one."""

from __future__ import annotations

import pytest

from content.knowledge.words import words
from funnels import instant
from funnels.product_names import Entry, Mention, ProductNames
from tests.funnels.samples import catalogue_names


@pytest.fixture(scope="module")
def names() -> ProductNames:
    return catalogue_names()


def named(names: ProductNames, text: str, *, for_children: bool = False) -> list[tuple[str, ...]]:
    return [mention.products for mention in names.mentions(words(text), for_children=for_children)]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Metaboost", "metaboost"),
        ("метабуст", "metaboost"),
        ("метобуст", "metaboost"),
        ("мета буст", "metaboost"),
        ("metobust", "metaboost"),
        ("метабустом", "metaboost"),
        ("омежку", "omega3"),
        ("рыбьего жира", "omega3"),
        ("амега", "omega3"),
        ("коллогена", "collagen_peptides"),
        ("маринмагнезиум", "marine_magnesium"),
        ("про хелпер", "prohelper"),
        ("энерджи классик", "ed_classic"),
        ("витамин Д3", "vitamin_d3"),
        ("витамин с", "vitamin_c"),
        ("эд суп", "ed_soup"),
        ("эд без сои", "ed_milky"),
        ("би лавд пенка", "cleansing_foam"),
        ("Vitamin K2+D3", "k2_d3"),
        ("набор «Молодость и уход»", "hand_set"),
    ],
)
def test_names_nicknames_and_typos(names: ProductNames, text: str, key: str) -> None:
    assert named(names, text) == [(key,)]


@pytest.mark.parametrize(
    "text",
    ["старт", "вита", "кофе", "чай", "набор", "крем", "капсулы для детей", "energy", "classic", "к2", "без сои", "уход",
     "витамин с утра", "энергия", "energy slim", "кол", "3", "молодость"],
)  # fmt: skip
def test_ordinary_words_name_nothing(names: ProductNames, text: str) -> None:
    assert named(names, text) == []


def test_a_family_is_told_apart_by_the_other_words(names: ProductNames) -> None:
    assert named(names, "смарт") == [("ed_smart", "ed_soup")]
    assert named(names, "смарт с капучино") == [("ed_smart",)]
    assert named(names, "смарт милки") == [("ed_milky",)]


def test_what_is_for_children_is_named_when_children_are_spoken_of(names: ProductNames) -> None:
    assert named(names, "кальций") == []
    assert named(names, "кальций", for_children=True) == [("kids_calcium",)]
    assert named(names, "омега", for_children=True) == [("kids_omega",)]
    assert named(names, "магний", for_children=True) == []
    assert named(names, "прохелпер") == [("prohelper",)]  # its own name


def test_the_places_of_names(names: ProductNames) -> None:
    written = words("хочу мета буст и омегу")
    assert names.mentions(written) == [Mention(1, 3, ("metaboost",)), Mention(4, 5, ("omega3",))]


def test_a_product_that_the_operator_added() -> None:
    entries = [
        Entry("drain", "Red Drain, напиток", ("детокс", "гранат")),
        Entry("tea", "Чай", ("чай", "вечер")),
        Entry("biodrone", "БиоДрон 60 капсул", ()),
    ]
    names = instant.product_names(entries)
    assert named(names, "red drain") == [("drain",)]
    assert named(names, "биодрон") == named(names, "biodron") == [("biodrone",)]
    assert named(names, "чай вечером с гранатом") == []


def test_an_empty_catalogue() -> None:
    assert named(instant.product_names([]), "смарт и омега") == []
