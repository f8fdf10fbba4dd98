"""The shipped sequences: no problems, both forms of address, honest selling, an order that makes sense."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from django.conf import settings

from content import template
from content.claims import find_claims
from content.messages import Html, Style
from funnels.management.commands.check_funnels import (
    catalogue_entries,
    sequence_names,
    shipped_sequences,
)
from funnels.render import sequence_variables
from funnels.schema import ContactButton, GoButton, LinkButton, Pain
from funnels.sequence_checks import check_sequence_text
from funnels.sequence_loader import load_sequence
from funnels.sequence_schema import Sequence, SequenceButton, SequenceStep
from funnels.timing import Delay
from funnels.variables import SEQUENCE
from tests.funnels.samples import facts
from tests.funnels.test_main_texts import FORBIDDEN, STRANGE_WORDS

ROOT = Path(settings.BASE_DIR)
FILES = shipped_sequences(ROOT)
PAINS: tuple[Pain, ...] = get_args(Pain)
SEQUENCES = {file.stem: load_sequence(file.read_text(encoding="utf-8"), file.name).sequence for file in FILES}
TRIALS = {"weight": "evening", "business": "month"}
GENDERED = re.compile(r"\b(?:ты|вы) (?:уже |сам )?\w+(?:л|ла|лся|лась)\b|\b(?:готов|готова|рад|рада)\b", re.I)
GUILT = re.compile(
    r"не ответил|молч(?:ишь|ите)|обид(?:ишь|ите)|жаль|в последний раз|упуст|пока не поздно|осталось|спеши|торопи",
    re.I,
)
MONEY = re.compile(r"₽|\bPV\b|доход|деньг|выплат", re.I)

shipped = pytest.mark.parametrize("sequence", SEQUENCES.values(), ids=lambda sequence: sequence.key)


def texts(sequence: Sequence) -> Iterator[tuple[str, str]]:
    for step in sequence.steps:
        yield f"{sequence.key}.{step.key}", step.text
        for variant in step.variants:
            yield f"{sequence.key}.{step.key}.{variant.key}", variant.text


def buttons(step: SequenceStep) -> list[SequenceButton]:
    return [button for row in step.buttons for button in row]


def pages(sequence: Sequence) -> Iterator[tuple[str, Style, Html]]:
    """Every text as it is read: in both forms, by somebody with a name and by somebody without."""
    for where, text in texts(sequence):
        for style in get_args(Style):
            for first_name in ("Анна", ""):
                about = facts(style=style, first_name=first_name)
                yield where, style, template.render(text, style, sequence_variables(about))


def test_there_is_one_for_every_branch() -> None:
    assert SEQUENCES.keys() == {*PAINS, "business"}
    for pain in PAINS:
        entry = SEQUENCES[pain].entry
        assert (SEQUENCES[pain].key, entry.intent, entry.pain, SEQUENCES[pain].topic) == (pain, "client", pain, "tips")
    business = SEQUENCES["business"]
    assert (business.entry.intent, business.entry.pain, business.topic) == ("business", None, "business")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_problems(file: Path) -> None:
    assert check_sequence_text(file.read_text(encoding="utf-8"), file.name, names=sequence_names(ROOT)) == []


@shipped
def test_six_or_seven_steps_and_the_third_asks_for_a_contact(sequence: Sequence) -> None:
    assert len(sequence.steps) in (6, 7)
    assert [step.asks_contact for step in sequence.steps[:4]] == [False, False, True, False]
    assert any(isinstance(button, ContactButton) for button in buttons(sequence.steps[2]))


@shipped
def test_the_variables_have_values(sequence: Sequence) -> None:
    assert sequence_variables(facts()).keys() >= SEQUENCE.keys()
    assert [(where, page) for where, _style, page in pages(sequence) if "{" in page or "  " in page] == []


@shipped
def test_no_claims_no_pressure_no_guilt(sequence: Sequence) -> None:
    found = {}
    for where, style, page in pages(sequence):
        words = [match.group() for rule in (FORBIDDEN, GUILT) if (match := rule.search(page))]
        words += [f"{claim.rule}: {claim.quote}" for claim in find_claims(page)]
        if words:
            found[where, style] = words
    assert found == {}


@shipped
@pytest.mark.parametrize("style", ["ty", "vy"])
def test_no_word_of_the_other_form_of_address(sequence: Sequence, style: Style) -> None:
    read: list[tuple[str, str]] = [(where, page) for where, form, page in pages(sequence) if form == style]
    read += [(step.key, template.label(button.text, style)) for step in sequence.steps for button in buttons(step)]
    found = {where: STRANGE_WORDS[style].findall(text) for where, text in read}
    assert {where: words for where, words in found.items() if words} == {}


@shipped
def test_the_reader_may_be_a_man_or_a_woman(sequence: Sequence) -> None:
    found = {where: match.group() for where, _style, page in pages(sequence) if (match := GENDERED.search(page))}
    assert found == {}


@pytest.mark.parametrize("text", ["ты выбрал", "вы уже смотрела", "если готова"])
def test_words_of_one_gender_are_recognised(text: str) -> None:
    assert GENDERED.search(text)


@shipped
def test_lengths(sequence: Sequence) -> None:
    lengths = {(where, style): len(page) for where, style, page in pages(sequence)}
    assert {place: length for place, length in lengths.items() if not 250 <= length <= 700} == {}


def test_every_text_and_every_opening_is_its_own() -> None:
    everything = [text for sequence in SEQUENCES.values() for _where, text in texts(sequence)]
    openings = [" ".join(text.split()[:3]) for text in everything]
    assert len(set(everything)) == len(everything)
    assert len(set(openings)) == len(openings)


@shipped
def test_go_buttons_stay_in_the_branch_of_the_sequence(sequence: Sequence) -> None:
    """Another branch would end the sequence."""
    own = ("income_goal", "pay_", "growth_", "answer_") if sequence.key == "business" else (f"{sequence.key}_",)
    slots = {"registration"} if sequence.key == "business" else {"shop"}
    for step in sequence.steps:
        for button in buttons(step):
            if isinstance(button, GoButton):
                assert button.to.startswith(own), step.key
                assert button.set.model_dump(exclude_defaults=True) == {}, step.key
            if isinstance(button, LinkButton):
                assert button.slot in slots, step.key


@pytest.mark.parametrize("pain", PAINS)
def test_products_are_named_as_in_the_catalogue_one_in_a_text(pain: Pain) -> None:
    names = [entry["name"].split(",")[0] for entry in catalogue_entries(ROOT / "content/presets/products.yaml")]
    named = [[name for name in names if re.search(rf"{name}(?!\w)", step.text)] for step in SEQUENCES[pain].steps]
    assert all(len(set(found)) <= 1 for found in named)
    assert 1 <= sum(map(bool, named)) <= 2
    assert not named[0]  # a product is not the first thing that is said


def test_children_only_through_adults_and_the_paediatrician() -> None:
    kids = SEQUENCES["kids"]
    assert "Эти заметки — для взрослых" in kids.steps[0].text
    for step in kids.steps:
        assert "едиатр" in step.text, step.key
        assert "взросл" in step.text.casefold() or step.asks_contact, step.key
    advised = [step.key for step in kids.steps if "[[посоветуйся|посоветуйтесь]] с педиатром" in step.text]
    assert {"pasta", "prohelper", "checkups"} <= set(advised)


def test_money_only_with_the_condition_and_the_warning() -> None:
    business = SEQUENCES["business"]
    for where, text in texts(business):
        if MONEY.search(text):
            assert re.search(r"доход не гарантируется", text, re.I), where
        if "{pay_table}" in text or "{minimum_cost}" in text:
            assert "{minimum_pv} PV" in text, where
            assert "{plan_date}" in text, where
        assert not re.search(r"\d ?(?:₽|PV|%|тысяч)", text), where  # figures come from the plan
    for key in SEQUENCES.keys() - {"business"}:
        assert not [where for where, text in texts(SEQUENCES[key]) if MONEY.search(text)]


def test_one_text_on_trial_in_two_sequences() -> None:
    found = {key: step.key for key, sequence in SEQUENCES.items() for step in sequence.steps if step.variants}
    assert found == TRIALS
    for key in TRIALS:
        (variant,) = SEQUENCES[key].steps[0].variants
        assert variant.text.split()[:2] != SEQUENCES[key].steps[0].text.split()[:2]


def test_delays_of_every_kind_are_used() -> None:
    delays = [Delay.parse(step.after) for sequence in SEQUENCES.values() for step in sequence.steps]
    assert any(delay.elapsed for delay in delays)
    assert any(delay.days and not delay.clock for delay in delays)
    assert any(delay.clock for delay in delays)
