"""Every check of a sequence, with the smallest file that fails it: code, line and path."""

from __future__ import annotations

import pytest

from funnels.sequence_checks import Names, check_sequence_text
from partners.strict_yaml import Problem
from tests.funnels.samples import line_of
from tests.funnels.sequence_samples import GOOD_SEQUENCE, NAMES, broken_sequence

FIRST = "Первое, {first_name|друзья}."
SECOND = "[[Второе тебе|Второе вам]]."
SNOOZE = '      - - {type: snooze, text: "Не сейчас"}\n'


def problems(text: str, names: Names = NAMES) -> list[Problem]:
    return check_sequence_text(text, "a.yaml", names=names)


def test_a_good_file_has_no_problems() -> None:
    assert problems(GOOD_SEQUENCE) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "path"),
    [
        ("key: two", "key: one", "duplicate_step", "steps[1].key"),
        ("after: 2d", "after: завтра", "bad_delay", "steps[2].after"),
        ("after: 2d", "after: next_day 25:00", "bad_delay", "steps[2].after"),
        ("after: 4h", "after: 2h", "first_too_soon", "steps[0].after"),
        ("after: next_day 18:00", "after: next_day 10:00", "too_often", "steps[1].after"),
        ("after: 2d", "after: 6h", "too_often", "steps[2].after"),
        ("to: choice", "to: choise", "unknown_step", "steps[0].buttons[0][0].to"),
        ("slot: shop", "slot: blog", "unknown_slot", "steps[0].buttons[0][1].slot"),
        ("🛒 Заказать", "Выбрать задачу", "duplicate_label", "steps[0].buttons[0][1].text"),
        ("[[Позвони|Позвоните]] мне", "[[Позвони мне", "bad_template", "steps[2].buttons[0][0].text"),
        ("[[Позвони|Позвоните]] мне", "{partner_name}", "bad_label", "steps[2].buttons[0][0].text"),
        (FIRST, "{price}", "unknown_variable", "steps[0].text"),
        (FIRST, "{first_name}, первое.", "missing_fallback", "steps[0].text"),
        (FIRST, "[[Первое", "bad_template", "steps[0].text"),
        (FIRST, "<b>Первое", "bad_html", "steps[0].text"),
        (FIRST, "{first_name|}", "empty_text", "steps[0].text"),
        (FIRST, "Я" * 4097, "text_too_long", "steps[0].text"),
        (SECOND, "Я" * 1025, "caption_too_long", "steps[1].text"),
        (SECOND, "[[Я|" + "Я" * 1025 + "]]", "caption_too_long", "steps[1].text"),
        ("picture: two.jpg", "picture: ../two.jpg", "bad_picture", "steps[1].picture"),
        ("policy: send, hours: 12", "policy: send", "late_hours", "steps[0].late"),
        ("policy: send, hours: 12", "policy: shift, hours: 12", "late_hours", "steps[0].late.hours"),
        ("key: c", "key: b", "duplicate_variant", "steps[0].variants[1].key"),
        ("Первое третьим способом.", "Первое иначе.", "same_variant", "steps[0].variants[1].text"),
        ("Первое иначе.", FIRST, "same_variant", "steps[0].variants[0].text"),
        ("Первое иначе.", "Чай лечит.", "banned_claim", "steps[0].variants[0].text"),
        ("Первое иначе.", "<i>", "bad_html", "steps[0].variants[0].text"),
        ("Первое иначе.", "{first_name}", "missing_fallback", "steps[0].variants[0].text"),
        (" БАД. Не является лекарственным средством", "", "missing_note", "steps[3].text"),
        ("Первое иначе.", "Collagen на завтрак.", "missing_note", "steps[0].variants[0].text"),
        ("Первое иначе.", "omega-3 1300 МГ иначе.", "missing_note", "steps[0].variants[0].text"),
    ],
)
def test_what_is_refused(old: str, new: str, code: str, path: str) -> None:
    found = next(problem for problem in problems(broken_sequence(old, new)) if problem.code == code)
    assert (found.file, found.path, found.severity) == ("a.yaml", path, "error")
    assert found.line == line_of(GOOD_SEQUENCE, old)
    assert 0 < len(found.sentence) <= 400


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (FIRST, "Я" * 4096),
        (SECOND, "Я" * 1024),
        (FIRST, "Zincum и не-Omega-3."),  # other words
        ("after: next_day 18:00", "after: next_day 17:00"),  # the latest message leaves before 21:00
        ("after: 4h", "after: next_day 10:00"),
        ("after: 4h", "after: 3h"),
        ("after: 7d", "after: 8d"),
    ],
)
def test_what_is_allowed(old: str, new: str) -> None:
    assert problems(broken_sequence(old, new)) == []


@pytest.mark.parametrize("last", ["5d", "10d"])
def test_the_whole_takes_two_weeks(last: str) -> None:
    text = broken_sequence("after: 7d", f"after: {last}")
    assert [(p.code, p.path, p.line) for p in problems(text)] == [("bad_length", "steps", line_of(text, "steps:"))]


def test_a_sequence_has_five_steps() -> None:
    text = GOOD_SEQUENCE[: GOOD_SEQUENCE.index("  - key: five")].replace("after: 72h", "after: 10d")
    assert [(p.code, p.path) for p in problems(text)] == [("too_few_steps", "steps")]


def test_an_unreadable_delay_is_the_only_thing_said_about_time() -> None:
    text = broken_sequence("after: 2d", "after: завтра").replace("after: 4h", "after: 1h")
    assert [p.code for p in problems(text)] == ["bad_delay"]


def test_three_messages_in_a_row_have_a_way_out() -> None:
    text = GOOD_SEQUENCE.replace(SNOOZE, "", 1)
    assert [(p.code, p.path) for p in problems(text)] == [("no_way_out", "steps[2]")]


def test_two_messages_without_a_way_out_may_follow_each_other() -> None:
    text = GOOD_SEQUENCE[::-1].replace(SNOOZE[::-1], "", 1)[::-1]  # two and three, then four and five, have none
    assert [(p.code, p.path) for p in problems(text)] == [("no_way_out", "steps[3]")]
    text = text.replace("{type: contact", "{type: snooze")
    assert problems(text) == []


def test_a_second_step_on_trial_is_a_warning() -> None:
    variant = 'Третье."\n    variants: [{key: b, text: Иначе}]'
    (found,) = problems(broken_sequence('Третье."', variant))
    assert (found.code, found.path, found.severity) == ("several_trials", "steps[2].variants", "warning")


def test_names_that_are_not_known_are_not_checked() -> None:
    text = broken_sequence("to: choice", "to: choise").replace("slot: shop", "slot: blog")
    text = text.replace(" БАД. Не является лекарственным средством", "")
    assert problems(text, Names()) == []


def test_problems_of_the_shape_come_alone() -> None:
    text = broken_sequence("key: two", "kay: two").replace("after: 4h", "after: 1h")
    assert {p.code for p in problems(text)} == {"missing", "extra_forbidden"}


def test_problems_are_in_the_order_of_the_file() -> None:
    text = broken_sequence("after: 72h", "after: 1h").replace("to: choice", "to: no").replace("key: two", "key: one")
    lines = [p.line for p in problems(text)]
    assert len(lines) >= 3
    assert lines == sorted(lines)
