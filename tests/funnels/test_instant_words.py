"""The links under an answer, and the answer of links alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content import markup, template
from content.ai.answer_html import to_messages
from content.ai.types import Slot
from content.claims.finder import find_claims
from content.messages import Message, Style
from funnels.answer_steps import answer_step, is_answer_step, product_of
from funnels.facts import PartnerFacts
from funnels.instant import Wanted
from funnels.instant_words import InstantLinks
from funnels.services.presets import instant_texts
from funnels.variables import INCOME_NOTE, SUPPLEMENT_NOTE
from tests.funnels.samples import catalogue_names, product
from tests.funnels.test_main_texts import FORBIDDEN, STRANGE_WORDS
from tests.funnels.test_phrases import texts_in

STYLES: tuple[Style, ...] = get_args(Style)
TEXTS = dict(texts_in(instant_texts()))
BOTH = Wanted(("energy_diet", "greenflash"), registration=True)
SHOP = Wanted(shop=True, alone=True)
REGISTRATION = Wanted(registration=True, alone=True)


def links(style: Style = "vy", name: str = "Анна") -> InstantLinks:
    return InstantLinks(
        texts=instant_texts(),
        partner=PartnerFacts(name, style),
        products={
            "energy_diet": replace(product("energy_diet", is_supplement=False), picture="products/ed.jpg"),
            "greenflash": replace(product("greenflash", is_supplement=True, portions=None), name="<GF> & " + "я" * 99),
        },
        names=catalogue_names(),
        link=lambda slot, product: f"https://anna.example/{slot}/{product}",
    )


def labels_and_links(message: Message) -> list[tuple[str, str]]:
    return [(button.text, button.url) for row in message.buttons for button in row]


def test_one_product() -> None:
    card = links().card(Wanted(("energy_diet",), alone=True))
    assert card.text.startswith("<b>Коктейль &lt;Вишня&gt; &amp; какао</b>")
    assert "Цена: 1" in card.text
    assert "₽ (" in card.text
    assert "Порций в упаковке: 15" in card.text
    assert SUPPLEMENT_NOTE not in card.text
    assert card.picture == "products/ed.jpg"
    assert labels_and_links(card) == [("🛒 Заказать", "https://anna.example/shop/energy_diet")]


def test_a_supplement_is_called_one() -> None:
    card = links().card(Wanted(("greenflash",), alone=True))
    assert card.text.count(SUPPLEMENT_NOTE) == 1
    assert "число на этикетке" in card.text


def test_two_products_have_a_button_each_and_no_picture() -> None:
    card = links().card(Wanted(("energy_diet", "greenflash"), alone=True))
    assert card.picture == ""
    (first, first_url), (second, second_url) = labels_and_links(card)
    assert first.startswith("🛒 ")
    assert second.startswith("🛒 <GF> & я")
    assert len(second) <= 40
    assert (first_url, second_url) == ("https://anna.example/shop/energy_diet", "https://anna.example/shop/greenflash")


def test_the_registration_promises_nothing() -> None:
    card = links().card(REGISTRATION)
    assert INCOME_NOTE in card.text
    assert labels_and_links(card) == [("📝 Зарегистрироваться", "https://anna.example/registration/")]


def test_the_shop() -> None:
    assert labels_and_links(links().card(SHOP)) == [("🛒 Открыть магазин", "https://anna.example/shop/")]


def test_without_a_registration_link_nothing_pretends_to_be_one() -> None:
    without = replace(links(), has_registration=False)
    card = without.card(REGISTRATION)
    assert labels_and_links(card) == [("🛒 Открыть магазин", "https://anna.example/shop/")]
    assert "Анна" in card.text
    assert "/support" in card.text
    assert without.slots()["registration_link"] == without.slots()["shop_link"]
    assert [url for _label, url in labels_and_links(without.card(BOTH))] == [
        "https://anna.example/shop/energy_diet",
        "https://anna.example/shop/greenflash",
    ]


def test_nothing_wanted_is_no_button() -> None:
    assert links().buttons(Wanted()) == ()


def test_slots_are_links_in_an_answer() -> None:
    assert set(links().slots()) == {"shop_link", "registration_link"}
    (html,) = to_messages("Магазин: {shop_link}. [Сюда]({registration_link})", links().slots())
    assert html == (
        'Магазин: <a href="https://anna.example/shop/">открыть магазин</a>. '
        '<a href="https://anna.example/registration/">Сюда</a>'
    )
    assert all(isinstance(slot, Slot) for slot in links().slots().values())


def everything(found: InstantLinks) -> Iterator[Message]:
    yield from (found.card(wanted) for wanted in (BOTH, SHOP, REGISTRATION))
    yield replace(found, has_registration=False).card(BOTH)


@pytest.mark.parametrize("style", STYLES)
def test_texts_are_telegrams_html_and_claim_nothing(style: Style) -> None:
    for message in everything(links(style, "<Анна> & " + "я" * 200)):
        assert markup.fault(message.text) is None, message.text
        assert len(message.text) < markup.CAPTION_LIMIT, message.text
        assert "{" not in message.text
        assert "[[" not in message.text
    assert [claim for message in everything(links(style)) for claim in find_claims(message.text)] == []
    assert {key: match.group() for key, text in TEXTS.items() if (match := FORBIDDEN.search(text))} == {}


@pytest.mark.parametrize("style", STYLES)
def test_no_word_of_the_other_form_of_address(style: Style) -> None:
    found = {key: STRANGE_WORDS[style].findall(template.render(text, style, {})) for key, text in TEXTS.items()}
    assert {key: words for key, words in found.items() if words} == {}


@given(st.integers(1, 2**63 - 1), st.from_regex(r"[a-z][a-z0-9_]{0,23}", fullmatch=True))
def test_a_step_tells_its_product(question: int, key: str) -> None:
    assert product_of(answer_step(question, key)) == key
    assert product_of(answer_step(question)) == ""
    assert is_answer_step(answer_step(question))


@pytest.mark.parametrize("step", ["", "shake", "weight:first", "answers"])
def test_other_steps_have_no_product(step: str) -> None:
    assert product_of(step) == ""
    assert not is_answer_step(step)
