"""What a broadcast says, what the law adds, and why it may not go out."""

from __future__ import annotations

from typing import Any

import pytest

from funnels.broadcast_checks import Mark, check_letter, check_mark
from funnels.broadcast_message import STOP_LABEL, Letter
from funnels.facts import LeadFacts, PartnerFacts
from funnels.variables import SUPPLEMENT_NOTE

ANNA = PartnerFacts("Анна Смирнова", "ty")
IVAN = LeadFacts("<b>Иван")


def codes(letter: Letter, slot: str = "", slots: tuple[str, ...] = ("shop",)) -> list[str]:
    return [problem.code for problem in check_letter(letter, slot=slot, slots=slots)]


def test_a_lead_gets_the_text_the_button_and_the_way_out() -> None:
    letter = Letter("{first_name|Привет}, [[смотри|смотрите]]!", button_text="[[Твой|Ваш]] магазин", picture="b/1.jpg")
    message = letter.message(IVAN, ANNA, url="https://x.example/r/1")
    assert message.text == "&lt;b&gt;Иван, смотри!"
    assert message.picture == "b/1.jpg"
    (link,), (stop,) = message.buttons
    assert (link.text, link.url, link.callback) == ("Твой магазин", "https://x.example/r/1", "")
    assert (stop.text, stop.callback) == (STOP_LABEL, "c:stop")
    assert letter.message(LeadFacts(), ANNA, url="").text == "Привет, смотри!"


def test_the_law_adds_its_lines() -> None:
    letter = Letter("Омега", erid="2VtzqwABC", advertiser="ООО «Рога & Копыта», ИНН 7700000000", supplement=True)
    assert letter.message(IVAN, ANNA, url="").text == (
        f"Омега\n\n<i>{SUPPLEMENT_NOTE}</i>\n\nРеклама. ООО «Рога &amp; Копыта», ИНН 7700000000. erid: 2VtzqwABC"
    )
    said = Letter(f"Омега. {SUPPLEMENT_NOTE}.", supplement=True)
    assert said.message(IVAN, ANNA, url="").text == said.text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_text"),
        ("  \n", "empty_text"),
        ("<b>жирный", "bad_html"),
        ("<script>alert(1)</script>", "bad_html"),
        ('<a href="javascript:alert(1)">x</a>', "bad_html"),
        ("рыба & мясо", "bad_html"),
        ("{first_name}, привет", "missing_fallback"),
        ("{phone|нет}", "unknown_variable"),
        ("{", "bad_template"),
        ("Гарантированный доход 100 000 рублей в месяц!", "banned_claim"),
        ("я" * 4097, "text_too_long"),
    ],
)
def test_what_may_not_go_out(text: str, code: str) -> None:
    assert code in codes(Letter(text))


def test_the_limit_counts_what_is_added_and_is_smaller_under_a_picture() -> None:
    assert codes(Letter("я" * 4096)) == []
    assert codes(Letter("я" * 4096, supplement=True)) == ["text_too_long"]
    assert codes(Letter("я" * 1024, picture="b/1.jpg")) == []
    assert codes(Letter("я" * 1025, picture="b/1.jpg")) == ["caption_too_long"]
    assert codes(Letter("😀" * 512, picture="b/1.jpg")) == []
    assert codes(Letter("😀" * 513, picture="b/1.jpg")) == ["caption_too_long"]


@pytest.mark.parametrize(
    ("label", "slot", "expected"),
    [
        ("", "", []),
        ("Магазин", "shop", []),
        ("", "shop", ["bad_label"]),
        ("Магазин", "", ["unknown_slot"]),
        ("Магазин", "blog", ["unknown_slot"]),
        ("{first_name|Вам}", "shop", ["bad_label"]),
    ],
)
def test_the_button(label: str, slot: str, expected: list[str]) -> None:
    assert codes(Letter("Привет", button_text=label), slot=slot) == expected


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ({}, ["no_mark"]),
        ({"no_advert_by": "Анна"}, []),
        ({"erid": "2VtzqwABC", "advertiser": "ООО «Ромашка»"}, []),
        ({"erid": "2VtzqwABC"}, ["no_advertiser"]),
        ({"advertiser": "ООО «Ромашка»"}, ["bad_erid"]),
        ({"erid": "нет", "advertiser": "ООО"}, ["bad_erid"]),
        ({"erid": "bad!", "advertiser": "", "no_advert_by": "Анна"}, ["bad_erid", "no_advertiser"]),
    ],
)
def test_an_advert_has_a_mark_or_somebody_says_that_it_is_none(mark: dict[str, Any], expected: list[str]) -> None:
    assert [problem.code for problem in check_mark(Mark(**mark))] == expected
