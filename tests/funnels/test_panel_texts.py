"""What the panel says: complete, in both forms of address, within Telegram's limits."""

from __future__ import annotations

from typing import get_args

import pytest
from pydantic import ValidationError

from content import markup, template
from content.messages import Style
from funnels.facts import PartnerFacts
from funnels.panel_texts import PanelTexts
from funnels.phrases import say
from funnels.services.presets import panel_texts
from tests.funnels.test_main_texts import FORBIDDEN, STRANGE_WORDS
from tests.funnels.test_phrases import texts_in

STYLES: tuple[Style, ...] = get_args(Style)
TEXTS = dict(texts_in(panel_texts(), "panel"))
OF_BOTH_FORMS = {f"panel.buttons.{name}" for name in ("field_style", "style_ty", "style_vy")}


@pytest.mark.parametrize("style", STYLES)
def test_no_word_of_the_other_form_of_address(style: Style) -> None:
    found = {key: STRANGE_WORDS[style].findall(template.render(text, style, {})) for key, text in TEXTS.items()}
    assert {key: words for key, words in found.items() if words and key not in OF_BOTH_FORMS} == {}


@pytest.mark.parametrize("style", STYLES)
def test_texts_are_telegrams_html(style: Style) -> None:
    partner = PartnerFacts("<Анна> & " + "я" * 200, style)
    for key, text in TEXTS.items():
        html = say(text, partner, {name.name: "<x>" for name in template.variables_in(text)})
        assert markup.fault(html) is None, key
        assert len(html) < 1_200, key


def test_no_claims_no_pressure() -> None:
    assert {key: match.group() for key, text in TEXTS.items() if (match := FORBIDDEN.search(text))} == {}


def test_a_missing_text_is_named() -> None:
    data = panel_texts().model_dump()
    del data["say"]["links"]
    with pytest.raises(ValidationError, match="links"):
        PanelTexts.model_validate(data)
