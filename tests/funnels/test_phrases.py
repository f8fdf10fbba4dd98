"""The shipped texts outside the funnel: complete, in both forms of address, versions that never change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel, ValidationError

from content import markup, template
from content.messages import Style
from funnels import dialogue, wishes
from funnels.facts import PartnerFacts
from funnels.phrases import Consents, Phrases, consent_html, say
from funnels.services.presets import consent_texts, phrases
from funnels.services.talk import CANCELS
from funnels.speech import Voice
from tests.funnels.test_main_texts import FORBIDDEN, STRANGE_WORDS

STYLES: tuple[Style, ...] = get_args(Style)
# What somebody has agreed to stays as it was: a change is a new version. Add its line, never edit one.
PUBLISHED = {
    ("data", 1): "a27a005aaed46ce4",
    ("offers", 1): "34328a59a5d29b17",
}


def texts_in(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, BaseModel):
        yield from texts_in(dict(value), path)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts_in(inner, f"{path}.{key}")
    elif isinstance(value, tuple):
        for number, inner in enumerate(value):
            yield from texts_in(inner, f"{path}.{number}")


TEXTS = dict([*texts_in(phrases(), "dialogue"), *texts_in(consent_texts(), "consents")])


@pytest.mark.parametrize("style", STYLES)
def test_no_word_of_the_other_form_of_address(style: Style) -> None:
    found = {key: STRANGE_WORDS[style].findall(template.render(text, style, {})) for key, text in TEXTS.items()}
    assert {key: words for key, words in found.items() if words} == {}


def test_no_claims_no_pressure() -> None:
    assert {key: match.group() for key, text in TEXTS.items() if (match := FORBIDDEN.search(text))} == {}


@pytest.mark.parametrize("style", STYLES)
def test_texts_are_telegrams_html_within_its_limits(style: Style) -> None:
    partner = PartnerFacts("<Анна> & " + "я" * 200, style)
    for key, text in TEXTS.items():
        html = say(text, partner, {"phone": "+7", "question": "?"})
        assert markup.fault(html) is None, key
        assert len(html) < 2_000, key
    for kind in get_args(dialogue.Kind):
        assert markup.fault(consent_html(consent_texts(), kind, partner)) is None


@pytest.mark.parametrize("kind", get_args(dialogue.Kind))
def test_a_consent_says_what_the_law_asks_for(kind: dialogue.Kind) -> None:
    html = consent_html(consent_texts(), kind, PartnerFacts("Анна Смирнова"))
    for label in ("Что", "Зачем", "Кто", "Как долго", "Как отозвать"):
        assert f"<b>{label}:</b>" in html
    assert "Анна Смирнова" in html


def test_published_versions_never_change() -> None:
    found = {
        (kind, text.version): hashlib.sha256(text.model_dump_json().encode()).hexdigest()[:16]
        for kind, versions in consent_texts().consents.items()
        for text in versions
    }
    assert found == PUBLISHED


def test_a_missing_text_is_named() -> None:
    data = phrases().model_dump()
    del data["say"]["thanks"]
    with pytest.raises(ValidationError, match="thanks"):
        Phrases.model_validate(data)
    del data["commands"]["stop"]
    with pytest.raises(ValidationError, match="missing"):
        Phrases.model_validate(data)


def test_versions_are_counted() -> None:
    data = consent_texts().model_dump()
    data["consents"]["data"][0]["version"] = 2
    with pytest.raises(ValidationError, match="1, 2, 3"):
        Consents.model_validate(data)


@pytest.mark.parametrize("style", STYLES)
def test_the_label_of_the_cancel_key_cancels(style: Style) -> None:
    assert template.label(phrases().buttons["cancel"], style).casefold() in CANCELS


@pytest.mark.parametrize("style", STYLES)
def test_buttons_decode(style: Style) -> None:
    voice = Voice(phrases(), consent_texts(), PartnerFacts("Анна", style), (("Меню",),))
    for message in [voice.consent(kind, decline=wishes.REFUSE) for kind in get_args(dialogue.Kind)]:
        assert all(wishes.decode(button.callback) for row in message.buttons for button in row)
