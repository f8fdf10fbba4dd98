"""The shipped types and voices, and what is wrong with a bad file."""

from __future__ import annotations

from typing import get_args

import pytest

from content.claims import find_claims
from content.markup import fault
from content.messages import Html, Style
from content.posts.kinds import (
    PRESETS,
    VARIABLES,
    VOICE_PARTS,
    Kind,
    PostType,
    line_text,
    read_type,
    shipped,
    weekly_plan,
)
from content.template import render
from partners.strict_yaml import FileError

TYPES = list(shipped().types.values())
PRODUCT = (PRESETS / "types" / "product.yaml").read_text(encoding="utf-8")
WORDS = {name: "слово" for names in VARIABLES.values() for name in names}
FEWEST = 8  # lines of a pool that everybody reads every week

each = pytest.mark.parametrize("kind", TYPES, ids=[kind.key for kind in TYPES])


def texts(kind: PostType) -> list[str]:
    return [line_text(line) for lines in kind.pools.values() for line in lines]


def test_all_nine_types_and_six_voices_are_there() -> None:
    assert set(shipped().types) == set(get_args(Kind))
    assert set(shipped().voices) == {"expert", "friend", "rebel", "philosopher", "energetic", "tired"}


def test_topics_are_those_of_the_group() -> None:
    assert {kind.key: kind.topic for kind in TYPES} == {
        "product": "Продукты",
        "business": "Бизнес",
        "motivation": "Истории успеха",
        "success_story": "Истории успеха",
        "tips": "Обучение",
        "news": "Новости",
        "promo": "Новости",
        "faq": "Вопросы",
        "myth_busting": "Вопросы",
    }


@each
def test_no_line_stands_twice(kind: PostType) -> None:
    assert len(texts(kind)) == len(set(texts(kind)))


@each
def test_hooks_and_questions_are_many(kind: PostType) -> None:
    assert len(kind.pools["hook"]) >= FEWEST
    assert len(kind.pools["ask"]) >= FEWEST


@each
def test_every_pool_is_used(kind: PostType) -> None:
    layouts = " ".join(paragraph for layout in (*kind.layouts, *kind.with_offer) for paragraph in layout)
    assert [pool for pool in kind.pools if pool != "extra" and f"{{{pool}}}" not in layouts] == []


@each
@pytest.mark.parametrize("style", get_args(Style))
def test_every_line_is_honest_html_by_itself(kind: PostType, style: Style) -> None:
    for text in texts(kind):
        line = render(text, style, WORDS)
        assert fault(line) is None, line
        assert find_claims(line, context={"deadline"}) == [], line


def test_every_voice_is_honest_and_speaks_in_whole_sentences() -> None:
    for voice in shipped().voices.values():
        for part in VOICE_PARTS:
            for text in getattr(voice, part):
                line = render(text, "vy", {})
                assert find_claims(Html(line)) == [], line
                assert line.endswith((":",) if part == "connect" else (".", "!", "?")), line


def test_only_the_promotion_is_an_advert() -> None:
    assert [kind.key for kind in TYPES if kind.advert] == ["promo"]


def test_the_week_has_every_type_and_no_two_posts_at_once() -> None:
    plan = weekly_plan(shipped())
    assert {kind for _slot, kind in plan} == set(get_args(Kind))
    times = [(slot.day, slot.at) for slot, _kind in plan]
    assert len(times) == len(set(times))
    assert plan[0][0].day == "mon"


def test_a_variable_that_the_facts_do_not_provide_is_named_with_its_line(english: None) -> None:
    with pytest.raises(FileError) as error:
        read_type(PRODUCT.replace("{description}", "{taste}", 1), "product.yaml")
    (problem,) = error.value.problems
    assert problem.code == "unknown_variable"
    assert "{taste}" in problem.sentence
    assert PRODUCT.split("\n")[problem.line - 1].count("{description}") == 1


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("advert: true", "advert: maybe"),
        ('at: "10:00"', 'at: "25:00"'),
        ("key: product", "key: poem"),
        ("{hook}", "{hook"),
        ("{end} {ask}", "{finish} {ask}"),
    ],
)
def test_a_bad_file_is_refused(good: str, bad: str) -> None:
    text = PRODUCT.replace("pools:", "advert: true\npools:", 1)
    assert good in text
    with pytest.raises(FileError):
        read_type(text.replace(good, bad, 1), "product.yaml")
