"""What the shipped rules find and what they let pass."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from content import template
from content.claims import Fact, find_claims
from content.claims.rules import SHIPPED, load_rules
from content.markup import MESSAGE_LIMIT
from content.messages import Html, Style, escape
from funnels.loader import load_funnel
from partners.strict_yaml import read_yaml

HERE = Path(__file__).parent
ROOT = Path(settings.BASE_DIR)


def sentences_of(name: str) -> Any:
    data, _lines = read_yaml((HERE / name).read_text(encoding="utf-8"), name)
    return data


CORPUS = sentences_of("claims_corpus.yaml")
HELD_OUT = sentences_of("claims_held_out.yaml")
FUNNEL = load_funnel((ROOT / "funnels/presets/main.yaml").read_text(encoding="utf-8"), "main.yaml").funnel
BAD = [(rule, text) for rule, texts in CORPUS["bad"].items() for text in texts]
SHOWN = [
    *(step.text for step in FUNNEL.steps.values()),
    *(button.text for step in FUNNEL.steps.values() for row in step.buttons for button in row),
    *filter(None, FUNNEL.notices.model_dump().values()),
]


def found(text: str) -> list[tuple[str, str]]:
    return [(claim.rule, claim.quote) for claim in find_claims(text)]


def test_the_corpus_is_large_enough_and_names_every_rule() -> None:
    assert len(BAD) >= 120
    assert len(CORPUS["good"]) + len(SHOWN) >= 150
    rules = {rule.key for pairs in load_rules(SHIPPED.read_text(), "a").by_key.values() for rule, _ in pairs}
    assert {rule for rule, _ in BAD} == rules


@pytest.mark.parametrize(("rule", "text"), BAD)
def test_a_bad_sentence_is_found(rule: str, text: str) -> None:
    assert rule in {name for name, _quote in found(text)}


@pytest.mark.parametrize("text", CORPUS["good"])
def test_a_good_sentence_passes(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("style", ["ty", "vy"])
@pytest.mark.parametrize("text", SHOWN)
def test_the_shipped_funnel_is_clean(text: str, style: Style) -> None:
    assert find_claims(template.render(text, style, {})) == []


def test_the_catalogue_is_clean() -> None:
    data, _lines = read_yaml((ROOT / "content/presets/products.yaml").read_text(encoding="utf-8"), "a")
    assert [found(product["description"]) for product in data["products"] if found(product["description"])] == []


def test_sentences_that_the_rules_were_not_tuned_with() -> None:
    missed = [text for text in HELD_OUT["bad"] if not found(text)]
    blamed = [text for text in HELD_OUT["good"] if found(text)]
    assert len(missed) <= len(HELD_OUT["bad"]) * 0.05
    assert len(blamed) <= len(HELD_OUT["good"]) * 0.05


@pytest.mark.parametrize("text", CORPUS["mixed"] + CORPUS["evasions"])
def test_some_rule_finds_it(text: str) -> None:
    assert found(text)


@pytest.mark.parametrize(
    "word",
    [
        "лечит", "ЛЕЧИТ", "лeчит", "лечиt", "л е ч и т", "л.е.ч.и.т", "л-е-ч-и-т", "л*е*ч*и*т", "л_е_ч_и_т",
        "ле-чит", "ле💊чит", "л💊е💊чит", "ле\u200bчит", "ле\u00adчит", "л\u2060ечит", "ле\u0301чит", "ле\ufe0fчит",
    ],
)  # fmt: skip
def test_a_disguised_word_is_quoted_as_it_was_written(word: str) -> None:
    assert found(f"Коктейль {word}, это правда") == [("cure", word)]


@pytest.mark.parametrize(
    ("html", "quote"),
    [
        ("Чай <b>лечит</b>.", "лечит"),
        ("Чай л<b>ечи</b>т.", "л<b>ечи</b>т"),
        ("Чай л&#1077;чит.", "л&#1077;чит"),
        ("Чай ле<i></i>чит &amp; бодрит.", "ле<i></i>чит"),
        ('<a href="https://nl.example/?a=b&amp;c">Снимает</a> боль', "Снимает</a> боль"),
    ],
)
def test_html_is_read_as_it_is_seen(html: str, quote: str) -> None:
    (claim,) = find_claims(Html(html))
    assert claim.quote == quote == html[claim.start : claim.end]


def test_a_plain_text_has_no_tags() -> None:
    assert found("Чай <лечит>") == [("cure", "лечит")]
    assert found(escape("Чай <лечит>")) == [("cure", "лечит")]


def test_yo_is_the_same_as_ye() -> None:
    assert found("Лёгкие деньги") == [("income", "Лёгкие деньги")]
    assert found("Легкие деньги") == [("income", "Легкие деньги")]


def test_a_sentence_says_what_is_wrong() -> None:
    (claim,) = find_claims("Наш чай лечит.")
    assert "не лечит" in claim.sentence
    assert "врач" in claim.sentence


DEADLINE: tuple[Fact, ...] = ("deadline",)


def test_a_real_deadline_may_be_named() -> None:
    assert found("Ещё 24 часа") == [("deadline", "Ещё 24 часа")]
    assert find_claims("Ещё 24 часа", context=DEADLINE) == []
    assert [claim.rule for claim in find_claims("Ещё 24 часа: чай лечит", context=DEADLINE)] == ["cure"]


def test_several_claims_come_in_the_order_of_the_text() -> None:
    text = "Чай снимает боль. Доход гарантирован! Только сегодня."
    assert [rule for rule, _ in found(text)] == ["body", "income", "deadline"]


pieces = st.sampled_from(
    [text for _, text in BAD] + CORPUS["evasions"] + ["<b>", "</b>", "&amp;", "&#0;", "не", "\n", "и\u0306"]
)
texts = st.lists(st.one_of(pieces, st.text(max_size=20)), max_size=8).map("".join)


@given(texts, st.booleans())
def test_any_text_is_read_and_every_quote_stands_in_it(text: str, is_html: bool) -> None:
    for claim in find_claims(Html(text) if is_html else text):
        assert 0 <= claim.start < claim.end <= len(text)
        assert claim.quote == text[claim.start : claim.end]


@given(st.sampled_from([text for _, text in BAD]), st.data())
def test_an_invisible_letter_hides_nothing(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    hidden = text[:at] + data.draw(st.sampled_from(["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad"])) + text[at:]
    assert [rule for rule, _ in found(hidden)] == [rule for rule, _ in found(text)]


@pytest.mark.parametrize(
    "text",
    [
        "\n\n".join(SHOWN)[:MESSAGE_LIMIT], "лечит диабет " * 315, "л." * 2048, "л е ч " * 680, "за 5 " * 819,
        "ё" * MESSAGE_LIMIT, "<" * MESSAGE_LIMIT, "&#" * 2048,
    ],
)  # fmt: skip
def test_a_flood_of_one_thing_is_read_to_its_end(text: str) -> None:
    """What would make a careless pattern take minutes."""
    claims = find_claims(Html(text))
    assert all(claim.quote == text[claim.start : claim.end] for claim in claims)


def test_the_dictionary_is_loaded_by_the_first_text_not_by_an_import() -> None:
    program = (
        "import os, sys, django; django.setup()\n"
        "import funnels.checks, content.claims\n"
        "assert 'pymorphy3' not in sys.modules\n"
        "content.claims.find_claims('чай')\n"
        "assert 'pymorphy3' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60)
