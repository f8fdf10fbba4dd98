"""The picture of a post: by its product, by its words, or none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.markup import telegram_length
from content.posts.art import LONGEST, art_prompt, scenes
from content.posts.kinds import Kind, shipped
from content.posts.pictures import MediaItem, choose
from tests.content.post_samples import products

NOVEMBER = datetime(2026, 11, 3, tzinfo=UTC)


def item(number: int, *keywords: str, shows: str = "", used: int = 0, last: datetime | None = None) -> MediaItem:
    return MediaItem(number, keywords, frozenset([shows] if shows else []), used, last)


def chosen(items: list[MediaItem], text: str, product: str = "", leave_out: tuple[int, ...] = ()) -> int | None:
    choice = choose(items, text=text, product=product, leave_out=leave_out)
    return choice.item.id if choice else None


def test_the_picture_of_the_product_wins_over_words() -> None:
    items = [item(1, "чай", "чашка"), item(2, shows="enerwood_tea")]
    assert chosen(items, "Чашка чая", "enerwood_tea") == 2


def test_a_picture_of_another_product_never_comes() -> None:
    assert chosen([item(1, "капсулы", "зима", shows="omega3")], "Капсулы, зима", "vitamin_c") is None
    assert chosen([item(1, "капсулы", "зима", shows="omega3")], "Капсулы, зима") is None


def test_words_are_found_in_any_form() -> None:
    assert chosen([item(1, "посылка", "пункт выдачи")], "Посылку хранят в пункте выдачи") == 1


def test_one_shared_word_is_too_little() -> None:
    assert chosen([item(1, "посылка", "море")], "Где моя посылка?") is None


def test_nothing_fits_then_none() -> None:
    assert chosen([], "Любой текст") is None
    assert chosen([item(1), item(2, "", "  ")], "Любой текст") is None


def test_among_equals_the_one_that_rested_longest() -> None:
    used = item(1, shows="zinc", used=1, last=NOVEMBER)
    long_ago = item(2, shows="zinc", used=9, last=NOVEMBER.replace(month=1))
    never = item(3, shows="zinc")
    assert chosen([used, long_ago, never], "", "zinc") == 3
    assert chosen([used, long_ago], "", "zinc") == 2


def test_another_picture_leaves_out_the_one_that_was_offered() -> None:
    items = [item(1, shows="zinc"), item(2, shows="zinc")]
    assert chosen(items, "", "zinc", leave_out=(1,)) == 2
    assert chosen(items, "", "zinc", leave_out=(1, 2)) is None


def test_the_reason_is_told(english: None) -> None:
    shown = choose([item(1, shows="zinc", last=NOVEMBER)], text="", product="zinc", product_name="Zinc")
    assert shown
    assert shown.reason == "It shows “Zinc”. Last used on 03.11.2026."
    spoken = choose([item(1, "дом", "сад")], text="Дом и сад")
    assert spoken
    assert spoken.reason == "The post speaks of: дом, сад. It was never used."


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_painted_picture_says_first_what_it_shows_and_last_what_it_must_not(kind: Kind) -> None:
    entry = shipped().types[kind]
    prompt = art_prompt(entry)
    assert prompt.startswith(entry.picture.scene)
    assert prompt.endswith(scenes().without)


def test_every_category_of_the_catalogue_has_a_scene() -> None:
    assert {product.category for product in products()} <= scenes().scenes.keys()


def test_a_product_is_shown_by_its_category() -> None:
    tea = next(product for product in products() if product.category == "drinks")
    assert "чай" in art_prompt(shipped().types["product"], tea)


@given(wish=st.text(max_size=1_000))
def test_whatever_is_wished_the_prompt_fits_and_keeps_what_must_not_be(wish: str) -> None:
    for product in (None, products()[0]):
        prompt = art_prompt(shipped().types["promo"], product, wish)
        assert telegram_length(prompt) <= LONGEST
        assert prompt.endswith(scenes().without)
