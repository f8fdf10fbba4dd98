"""Funnel files of a wrong shape: the line and the path of every mistake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnels.loader import FunnelFileError, Problem, load_funnel
from tests.funnels.samples import GOOD, broken, line_of


def problems_of(text: str) -> list[Problem]:
    try:
        load_funnel(text, "bad.yaml")
    except FunnelFileError as error:
        return error.problems
    return []


def test_a_good_file() -> None:
    loaded = load_funnel(GOOD, "good.yaml")
    assert loaded.funnel.start == "start"
    assert loaded.funnel.steps["health"].buttons[0][1].text == "🧒 Детям"
    assert loaded.lines.of(("steps", "health")) == line_of(GOOD, "  health:")


@pytest.mark.parametrize(
    ("old", "new", "path", "code"),
    [
        ("key: main", "key: Главная", "key", "string_pattern_mismatch"),
        ("format: 1", "format: 2", "format", "literal_error"),
        ("title: Проба", "titel: Проба", "titel", "extra_forbidden"),
        ("    goal: 10_30k", "    goal: 1m", "steps.pay.goal", "literal_error"),
        ("type: pay", "type: payment", "steps.pay.type", "union_tag_invalid"),
        ("product: energy_diet", "product: [energy_diet]", "steps.shake.product", "string_type"),
        ("slot: registration", "slot: 'A link'", "steps.pay.buttons[0][0].slot", "string_pattern_mismatch"),
        ("slot: registration", "slit: registration", "steps.pay.buttons[0][0].slit", "extra_forbidden"),
        ("[[Напиши|", "[[Напиши|" * 900, "notices.ask", "string_too_long"),
        (
            '{type: ask, text: "Есть',
            '{typo: ask, text: "Есть',
            "steps.health.buttons[1][0].type",
            "union_tag_not_found",
        ),
        ("К началу", "К началу " * 6, "steps.kids.buttons[1][0].text", "string_too_long"),
        ('outdated: "Это меню обновилось."', "outdated: 5", "notices.outdated", "string_type"),
    ],
)
def test_mistakes_are_named_with_line_and_path(old: str, new: str, path: str, code: str) -> None:
    text = broken(old, new)
    found = next(problem for problem in problems_of(text) if problem.path == path)
    expected = line_of(text, new)
    assert (found.file, found.code, found.line) == ("bad.yaml", code, expected)


def test_something_missing_is_named_at_what_misses_it() -> None:
    text = broken("    product: energy_diet\n", "")
    (found,) = problems_of(text)
    assert (found.code, found.path, found.line) == (
        "missing",
        "steps.shake.product",
        line_of(text, "  shake:"),
    )


def test_a_step_with_a_bad_key() -> None:
    text = broken("  kids:\n", "  Kids:\n")
    (found, *_rest) = problems_of(text)
    assert (found.code, found.path, found.line) == (
        "string_pattern_mismatch",
        "steps.Kids",
        line_of(text, "  Kids:"),
    )


@given(st.integers(0, len(GOOD)), st.integers(0, 40), st.text(max_size=8))
def test_a_damaged_file_is_read_or_refused(start: int, length: int, new: str) -> None:
    text = GOOD[:start] + new + GOOD[start + length :]
    assert all(p.line >= 1 and p.code and p.sentence for p in problems_of(text))
