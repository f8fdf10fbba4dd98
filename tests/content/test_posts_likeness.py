"""Where the border between another post and the same one again lies."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import get_args

import pytest

from content.posts.compose import compose
from content.posts.kinds import Kind
from content.posts.likeness import ALIKE, Earlier, likeness, most_alike, prints
from tests.content.post_samples import facts_for, products, type_of

KINDS: tuple[Kind, ...] = get_args(Kind)


@pytest.mark.parametrize("kind", ["faq", "tips", "news", "business", "myth_busting"])
def test_the_same_section_in_other_words_around_it_is_the_same_post(kind: Kind) -> None:
    facts = facts_for(kind)
    first = compose(type_of(kind), facts, number=0, seed="a")
    only_that = replace(facts, passages=tuple(passage for passage in facts.passages if passage.title in first.sources))
    repeated = [compose(type_of(kind), only_that, number=number, seed="b") for number in range(40)]
    nearest = max(likeness(prints(first.text), prints(again.text)) for again in repeated)
    assert nearest >= ALIKE


def test_a_post_with_one_sentence_changed_is_the_same_post() -> None:
    for kind in KINDS:
        text = compose(type_of(kind), facts_for(kind), number=0, seed="a").text
        paragraphs = text.split("\n\n")
        edited = "\n\n".join([*paragraphs[:-1], "А что думаете вы об этом сегодня?"])
        assert likeness(prints(text), prints(edited)) > 2 * ALIKE


def test_posts_of_different_products_are_different_posts() -> None:
    facts = facts_for("product")
    posts = [
        prints(compose(type_of("product"), facts, number=number, seed="a").text) for number in range(len(products()))
    ]
    assert max(likeness(one, other) for one, other in combinations(posts, 2)) < ALIKE


def test_what_the_law_makes_everybody_say_is_no_likeness() -> None:
    duties = "БАД. Не является лекарственным средством."
    assert likeness(prints(f"Первый текст о чае. {duties}"), prints(f"Другие слова про крем. {duties}")) == 0


def test_prints_see_forms_not_spelling() -> None:
    assert prints("<b>Банка</b> ещё хранилась в шкафу") == prints("Банки еще хранятся в шкафах")


def test_an_empty_text_is_like_another_empty_text_only() -> None:
    assert likeness(prints(""), prints("")) == 1
    assert likeness(prints(""), prints("Чай с лимоном и мёдом")) == 0


def test_the_most_alike_is_named() -> None:
    text = "Где хранить порошок, чтобы он не отсырел и не слипся в комок"
    earlier = [
        Earlier(1, prints("Совсем другой текст")),
        Earlier(2, prints(text + " у плиты")),
        Earlier(3, prints(text)),
    ]
    found = most_alike(prints(text), earlier)
    assert found
    assert (found[0].id, found[1]) == (3, 1.0)
    assert most_alike(prints("Совсем иное"), earlier) is None
