"""The shipped lessons and scripts: readable, honest, and where somebody goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

import pytest

from content.claims import find_claims
from content.markup import MESSAGE_LIMIT, fault, telegram_length, visible
from content.messages import Style
from content.template import render, variables_in
from content.training import courses, reels
from content.training.courses import LONGEST_SCREEN, Course
from content.training.progress import Place, Progress
from content.training.reels import topic_called
from partners.strict_yaml import FileError
from partners.yaml_model import read_model

COURSES, TOPICS = courses.shipped(), reels.shipped()
STYLES: tuple[Style, ...] = get_args(Style)
SUPPLEMENT, INCOME, ACTIVITY = "Не является лекарственным средством", "Доход не гарантируется", "70 PV"
EXAMPLE = re.compile("<i>.*?</i>|«[^»]*»", re.DOTALL)  # what the partner says to somebody else
FORMAL = re.compile(r"\b[Вв](?:ы|ас|ам|ами|аш[а-я]*)\b|\b(?:Напишите|Смотрите|Проверьте|Откройте|Снимите|Пишите)\b")


def lesson_texts() -> Iterator[str]:
    for course in COURSES.values():
        yield course.about
        for lesson in course.lessons:
            yield from (*lesson.screens, lesson.today)


def script_texts() -> Iterator[str]:
    for topic in TOPICS.values():
        for script in topic.scripts:
            yield from (script.hook, *script.shots, script.text, script.call, *script.must)


@pytest.mark.parametrize("style", STYLES)
def test_nothing_promises_what_may_not_be_promised(style: Style) -> None:
    claims = [
        (claim.rule, claim.quote)
        for text in (*lesson_texts(), *script_texts())
        for claim in find_claims(render(text, style, {}))
    ]
    assert claims == []


def test_the_checker_would_have_noticed() -> None:
    assert find_claims("Коктейль лечит диабет, доход гарантирован.")


def test_four_courses_of_three_to_five_lessons_each_with_its_task() -> None:
    assert list(COURSES) == ["reels", "bot", "numbers", "leads"]
    for course in COURSES.values():
        assert 3 <= len(course.lessons) <= 5
        assert all(lesson.today for lesson in course.lessons)


@pytest.mark.parametrize("style", STYLES)
def test_every_text_is_what_telegram_accepts(style: Style) -> None:
    for text in (*lesson_texts(), *script_texts()):
        assert fault(render(text, style, {})) is None, text[:60]


def test_the_informal_form_says_ty_everywhere() -> None:
    for text in lesson_texts():
        said = EXAMPLE.sub("", render(text, "ty", {}))
        assert FORMAL.search(said) is None, said


def test_screens_are_short() -> None:
    for course in COURSES.values():
        for lesson in course.lessons:
            for number, screen in enumerate(lesson.screens):
                last = number == len(lesson.screens) - 1
                said = render(screen + (lesson.today if last else ""), "vy", {})
                assert telegram_length(visible(said)) <= LONGEST_SCREEN


def a_course(**changes: object) -> str:
    import json

    lesson = {"key": "one", "title": "Один", "screens": ["Текст"], "today": "дело"}
    lessons = [lesson, lesson | {"key": "two"}, lesson | {"key": "three"} | changes]
    return json.dumps({"format": 1, "number": 1, "key": "x", "title": "X", "about": "…", "lessons": lessons})


@pytest.mark.parametrize(
    "changes",
    [
        {"screens": ["а" * 900]},
        {"screens": ["<b>жирный"]},
        {"today": "[[ты|вы"},
        {"key": "one"},
        {"key": "with space"},
        {"extra": 1},
        {"screens": []},
    ],
)
def test_a_bad_lesson_is_refused(changes: dict[str, object]) -> None:
    assert read_model(a_course(), "x.yaml", Course)
    with pytest.raises(FileError):
        read_model(a_course(**changes), "x.yaml", Course)


# Scripts of Reels


def test_every_topic_has_three_scripts_with_what_must_be_said() -> None:
    assert set(TOPICS) == set(get_args(reels.Topic))
    for topic in TOPICS.values():
        assert len(topic.scripts) >= 3
    for script in TOPICS["business"].scripts:
        assert any(INCOME in said for said in script.must), script.title
    assert sum(ACTIVITY in said for script in TOPICS["business"].scripts for said in script.must) >= 2
    for script in TOPICS["immunity"].scripts:
        assert any(SUPPLEMENT in said for said in script.must), script.title
    kids = [" ".join((script.text, *script.must)) for script in TOPICS["kids"].scripts]
    assert any("едиатр" in said for said in kids)


def test_money_is_never_named_in_a_script() -> None:
    for text in script_texts():
        assert re.search(r"\d\s?(?:₽|руб|тысяч)", text) is None, text


def test_a_script_fits_into_a_message_and_leads_to_the_partner() -> None:
    for topic in TOPICS.values():
        for script in topic.scripts:
            assert telegram_length("".join((script.hook, *script.shots, script.text, script.call))) < MESSAGE_LIMIT / 2
            names = {variable.name for text in (script.text, script.call) for variable in variables_in(text)}
            assert names <= reels.SLOTS
    assert sum("{bot_link" in text for text in script_texts()) >= len(TOPICS)


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("спорт", "sport"),
        ("Похудение", "weight"),
        ("бизнес", "business"),
        ("kids", "kids"),
        ("дети", "kids"),
        ("красота", "beauty"),
    ],
)
def test_topics_by_what_people_call_them(name: str, topic: str) -> None:
    found = topic_called(name)
    assert found is not None
    assert found.key == topic


@pytest.mark.parametrize("name", ["", "вк", "астрология", "%", "по"])
def test_other_topics_are_unknown(name: str) -> None:
    assert topic_called(name) is None


# Going on


def test_it_goes_on_where_somebody_stopped() -> None:
    reading = Place("bot", "links", 1)
    assert Progress(last=reading).following(COURSES) == reading
    assert Progress().following(COURSES) == Place("reels", "hook")
    learned = Progress(done={("bot", "links")}, last=reading)
    assert learned.following(COURSES) == Place("bot", "posts")


def test_after_the_last_lesson_come_the_ones_left_out() -> None:
    every = [(course.key, lesson.key) for course in COURSES.values() for lesson in course.lessons]
    left_out = ("reels", "shoot")
    progress = Progress(done=set(every) - {left_out}, last=Place(*every[-1]))
    assert progress.following(COURSES) == Place(*left_out)
    assert Progress(done=set(every), last=Place(*every[-1])).following(COURSES) is None


def test_a_lesson_that_is_gone_or_became_shorter_is_not_opened() -> None:
    assert Progress(last=Place("reels", "gone", 0)).following(COURSES) == Place("reels", "hook")
    assert Progress(last=Place("reels", "hook", 99)).following(COURSES) == Place("reels", "hook")
