"""Sequence files of a wrong shape: the line and the path of every mistake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnels.sequence_checks import check_sequence_text
from funnels.sequence_loader import load_sequence
from partners.strict_yaml import FileError, Problem
from tests.funnels.samples import line_of
from tests.funnels.sequence_samples import GOOD_SEQUENCE, NAMES, broken_sequence


def problems_of(text: str) -> list[Problem]:
    with pytest.raises(FileError) as refused:
        load_sequence(text, "bad.yaml")
    return refused.value.problems


def test_a_good_file() -> None:
    loaded = load_sequence(GOOD_SEQUENCE, "good.yaml")
    steps = loaded.sequence.steps
    assert [step.key for step in steps] == ["one", "two", "three", "four", "five"]
    assert [step.asks_contact for step in steps] == [False, False, True, False, False]
    assert [variant.key for variant in steps[0].variants] == ["b", "c"]
    assert (steps[1].late.policy, steps[1].buttons) == ("shift", ())
    assert loaded.sequence.leave_on_contact is True
    assert loaded.lines.of(("steps", 2, "after")) == line_of(GOOD_SEQUENCE, "after: 2d")


@pytest.mark.parametrize(
    ("old", "new", "path", "code"),
    [
        ("topic: tips", "topic: news", "topic", "literal_error"),
        ("pain: weight", "pain: money", "entry.pain", "literal_error"),
        ("key: two", "key: Два", "steps[1].key", "string_pattern_mismatch"),
        ("after: 2d", "before: 2d", "steps[2].before", "extra_forbidden"),
        ("policy: skip", "policy: never", "steps[4].late.policy", "literal_error"),
        ("hours: 12", "hours: 0", "steps[0].late.hours", "greater_than_equal"),
        ("key: b", "key: a", "steps[0].variants[0].key", "string_pattern_mismatch"),
        ("type: contact", "type: phone", "steps[2].buttons[0][0].type", "union_tag_invalid"),
        ("asks_contact: true", "asks_contact: maybe", "steps[2].asks_contact", "bool_parsing"),
        ("slot: shop", "slot: 'A shop'", "steps[0].buttons[0][1].slot", "string_pattern_mismatch"),
        ("Выбрать задачу", "Выбрать задачу " * 4, "steps[0].buttons[0][0].text", "string_too_long"),
        ("    after: 2d\n", "    after: 2d\n    after: 3d\n", "steps[2].after", "yaml_duplicate_key"),
    ],
)
def test_mistakes_are_named_with_line_and_path(old: str, new: str, path: str, code: str) -> None:
    text = broken_sequence(old, new)
    found = next(problem for problem in problems_of(text) if problem.path == path)
    expected = line_of(GOOD_SEQUENCE, old.strip()) + (code == "yaml_duplicate_key")
    assert (found.file, found.code, found.line) == ("bad.yaml", code, expected)


def test_a_step_without_a_delay_is_named() -> None:
    text = broken_sequence("    after: 2d\n", "")
    assert [(p.code, p.path) for p in problems_of(text)] == [("missing", "steps[2].after")]


@given(st.integers(0, len(GOOD_SEQUENCE)), st.integers(0, 40), st.text(max_size=8))
def test_a_damaged_file_is_checked_or_refused(start: int, length: int, new: str) -> None:
    text = GOOD_SEQUENCE[:start] + new + GOOD_SEQUENCE[start + length :]
    problems = check_sequence_text(text, "bad.yaml", names=NAMES)
    assert all(p.line >= 1 and p.code and 0 < len(p.sentence) <= 400 for p in problems)
