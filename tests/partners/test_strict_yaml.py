"""The strict YAML reader: what it reads, what it refuses, and that nothing hostile gets past its limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from partners.strict_yaml import MAX_BYTES, MAX_DEPTH, MAX_NODES, FileError, Json, Problem, read_yaml
from partners.yaml_model import read_model


def read(text: str) -> Json:
    data, _lines = read_yaml(text, "a.yaml")
    return data  # type: ignore[no-any-return]


def problems_of(text: str) -> list[Problem]:
    """What is refused; a text that is accepted must give plain data."""
    try:
        assert is_plain(read(text))
    except FileError as error:
        return error.problems
    return []


def problem(text: str) -> Problem:
    (found,) = problems_of(text)
    return found


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("9:30", "9:30"),
        ("on", "on"),
        ("yes", "yes"),
        ("True", "True"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("", None),
        ("12", 12),
        ("-1001234567890", -1001234567890),
        ("007", "007"),
        ("+79991234567", "+79991234567"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        ("1e9", "1e9"),
        (".inf", ".inf"),
        ("9" * 19, "9" * 19),
        ("2026-01-01", "2026-01-01"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("<<", "<<"),
    ],
)
def test_plain_values_are_those_of_json(written: str, value: object) -> None:
    found = read(f"- {written}")
    assert isinstance(found, list)
    assert [(item, type(item)) for item in found] == [(value, type(value))]


def test_keys_are_text() -> None:
    assert read("1: a\ntrue: b\nnull: c") == {"1": "a", "true": "b", "null": "c"}


def test_lines_of_nodes_and_of_what_is_missing() -> None:
    _data, lines = read_yaml("a:\n  - b: |\n      text\n    c: 1\n", "a.yaml")
    assert lines.of(("a",)) == 1
    assert lines.of(("a", 0, "b")) == 2
    assert lines.of(("a", 0, "c")) == 4
    assert lines.of(("a", 0, "nothing", "here")) == 2
    assert lines.of(("nothing",)) == 1


@pytest.mark.parametrize(
    ("text", "code", "line", "path"),
    [
        ("", "yaml_empty", 1, ""),
        ("# nothing\n", "yaml_empty", 1, ""),
        ("a: 1\nb: 2\na: 3\n", "yaml_duplicate_key", 3, "a"),
        ("a:\n  b: 1\n  'b': 2\n", "yaml_duplicate_key", 3, "a.b"),
        ("a: &x 1\nb: 2\n", "yaml_alias", 1, "a"),
        ("a: 1\nb: *x\n", "yaml_alias", 2, "b"),
        ("&x a: 1\n", "yaml_alias", 1, ""),
        ("a: 1\nb: !!python/object/apply:os.system ['true']\n", "yaml_tag", 2, "b"),
        ("a: !text 1\n", "yaml_tag", 1, "a"),
        ("a: 1\n---\nb: 1\n", "yaml_documents", 2, ""),
        ("a:\n  ? [1, 2]\n  : 3\n", "yaml_key", 2, "a"),
        ("a: 1\n\tb: 2\n", "yaml_syntax", 2, ""),
        ("a: 1\nb: \0\n", "yaml_syntax", 2, ""),
        ("a: 1\nb: [1, 2\n", "yaml_syntax", 3, ""),
        ("а: яяя\nб: яяяяяя\nв: \0\n", "yaml_syntax", 3, ""),
        ("a: \ud800", "yaml_syntax", 1, ""),
        ("a: 1\nb: \ud800", "yaml_syntax", 2, ""),
    ],
)
def test_refused(text: str, code: str, line: int, path: str) -> None:
    found = problem(text)
    assert (found.file, found.code, found.line, found.path) == ("a.yaml", code, line, path)
    assert found.sentence
    assert found.severity == "error"


def test_byte_order_mark_is_accepted() -> None:
    assert read("\ufeffa: 1") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: " + "я" * (MAX_BYTES // 2), "yaml_size"),
        ("[" * 100_000, "yaml_depth"),
        ("- " * 100_000, "yaml_depth"),
        ("{a: " * 50_000, "yaml_depth"),
        ("? " * 100_000, "yaml_key"),
        ("a: [" + "1," * MAX_NODES + "]", "yaml_nodes"),
        ("a: &a [1]\nb: &b [*a,*a]\nc: [*b,*b]", "yaml_alias"),
    ],
)
def test_bombs_are_refused(text: str, code: str) -> None:
    assert problem(text).code == code


def test_the_limits_themselves_are_allowed() -> None:
    assert not problems_of("[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH)
    assert problem("[" * (MAX_DEPTH + 1) + "1" + "]" * (MAX_DEPTH + 1)).code == "yaml_depth"
    assert not problems_of("- 1\n" * (MAX_NODES - 1))
    assert problem("- 1\n" * MAX_NODES).code == "yaml_nodes"


@given(st.text(max_size=400) | st.text(alphabet="ab: -[]{}&*!|>#'\"\n\t,?%@`~0", max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    for found in problems_of(text):
        assert found.sentence
        assert 1 <= found.line <= text.count("\n") + len(text.splitlines()) + 1


def is_plain(data: Json) -> bool:
    if isinstance(data, dict):
        return all(isinstance(key, str) and is_plain(value) for key, value in data.items())
    if isinstance(data, list):
        return all(map(is_plain, data))
    return data is None or type(data) in (str, int, float, bool)


class Owner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    zone: str = ""


class Shop(BaseModel):
    model_config = ConfigDict(extra="forbid")

    owner: Owner
    phones: list[int] = []


def test_a_model_is_read_with_the_line_of_every_mistake() -> None:
    text = "owner:\n  zone: 5\n  colour: red\nphones:\n  - 1\n  - one\n"
    with pytest.raises(FileError) as refused:
        read_model(text, "shop.yaml", Shop)
    found = [(p.line, p.path, p.code) for p in refused.value.problems]
    assert found == [
        (1, "owner.name", "missing"),
        (2, "owner.zone", "string_type"),
        (3, "owner.colour", "extra_forbidden"),
        (6, "phones[1]", "int_parsing"),
    ]
    assert "shop.yaml:6 phones[1]" in str(refused.value)


def test_a_model_that_fits() -> None:
    shop, lines = read_model("owner: {name: Анна}\nphones: [1]\n", "shop.yaml", Shop)
    assert (shop.owner.name, shop.phones, lines.file) == ("Анна", [1], "shop.yaml")


def test_a_file_that_is_no_mapping() -> None:
    with pytest.raises(FileError) as refused:
        read_model("- 1", "shop.yaml", Shop)
    assert [p.code for p in refused.value.problems] == ["model_type"]
