"""Templates: two forms, variables with fallbacks, and that no value becomes a part of the structure."""

from __future__ import annotations

from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.markup import fault, visible
from content.messages import Html, Style
from content.template import TemplateError, Variable, label, parse, render, variables_in

HOSTILE = '<b>&"{x}[[|]]'


def test_forms() -> None:
    text = "[[Выбирай|Выбирайте]] и [[смотри|смотрите]]."
    assert render(text, "ty", {}) == "Выбирай и смотри."
    assert render(text, "vy", {}) == "Выбирайте и смотрите."


def test_a_variable_inside_a_form_keeps_its_fallback() -> None:
    text = "[[{first_name|друг}, привет|{first_name|друзья}, здравствуйте]]"
    assert render(text, "ty", {"first_name": ""}) == "друг, привет"
    assert render(text, "vy", {"first_name": "Анна"}) == "Анна, здравствуйте"
    assert variables_in(text) == {Variable("first_name", "друг"), Variable("first_name", "друзья")}


def test_values_are_escaped_by_their_type() -> None:
    assert render("{a}", "vy", {"a": "<b>&"}) == "&lt;b&gt;&amp;"
    assert render("{a}", "vy", {"a": Html("<b>1</b>")}) == "<b>1</b>"
    assert isinstance(render("a", "vy", {}), Html)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{a}", "{a}"),
        ("a } b ] [ | c", "a } b ] [ | c"),
        ("{a|}", ""),
        ("{a}", ""),
        ("[[|вы]]", ""),
        ("{a|[[}", None),
        ("{A}", None),
        ("{", None),
        ("[[ты]]", None),
        ("[[ты|вы|они]]", None),
        ("[[ты|вы", None),
        ("ты|вы]]", None),
        ("[[a|[[b|c]]]]", None),
        ("[[a|b[[c]]", None),
    ],
)
def test_marks(text: str, shown: str | None) -> None:
    if shown is None:
        with pytest.raises(TemplateError):
            parse(text)
    else:
        assert render(text, "ty", {}) == shown


def test_labels_are_plain() -> None:
    assert label("[[Да, подбери|Да, подберите]] <3", "vy") == "Да, подберите <3"


@given(st.text(max_size=60) | st.just(HOSTILE), st.sampled_from(["ty", "vy"]))
def test_a_value_never_changes_the_structure(name: str, style: Style) -> None:
    text = "<b>[[Ты|Вы]]</b>, {name|друзья}: <i>{name|друзья}</i>"
    html = render(text, style, {"name": name})
    expected = name or "друзья"
    assert fault(html) is None
    assert html.startswith("<b>Ты</b>, " if style == "ty" else "<b>Вы</b>, ")
    assert (html.count("<"), html.count(">")) == (4, 4)
    assert visible(html) == f"{'Ты' if style == 'ty' else 'Вы'}, {expected}: {expected}"
    assert len(html) <= len(text) + 2 * 5 * len(expected)


@given(st.dictionaries(st.text(alphabet=ascii_lowercase, min_size=1, max_size=3), st.text(max_size=20), max_size=3))
def test_a_value_is_never_read_as_a_mark(values: dict[str, str]) -> None:
    text = "".join(f"{{{name}}}" for name in values)
    hidden = {name: "{" + name + "}[[a|b]]" + value for name, value in values.items()}
    assert visible(render(text, "vy", hidden)) == "".join(hidden.values())


@given(st.text(alphabet="[]{}|ab", max_size=30), st.sampled_from(["ty", "vy"]))
def test_any_text_is_read_or_refused(text: str, style: Style) -> None:
    try:
        html = render(text, style, {"a": "A"})
    except TemplateError as error:
        html = Html(error.mark)
    assert len(html) <= len(text)
