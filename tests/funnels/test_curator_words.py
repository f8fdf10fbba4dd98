"""What the curator says of its own, in both forms of address, and the data behind its buttons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from content import markup, template
from content.claims import find_claims
from content.knowledge.courtesy import Courtesy
from content.knowledge.gate import Refusal
from content.messages import Button, Html, Message, Style
from funnels import wishes
from funnels.curator_texts import CuratorTexts
from funnels.curator_words import (
    AnswerPress,
    CuratorVoice,
    PressedButton,
    Title,
    answer_data,
    decode_answer,
)
from funnels.facts import PartnerFacts
from funnels.services.presets import curator_texts
from tests.funnels.test_main_texts import FORBIDDEN, STRANGE_WORDS
from tests.funnels.test_phrases import texts_in

STYLES: tuple[Style, ...] = get_args(Style)
LARGEST = 10**18 - 1  # of ids in a button; a bigint holds more
TEXTS = dict(texts_in(curator_texts()))


def voice(style: Style = "vy", name: str = "Анна") -> CuratorVoice:
    return CuratorVoice(curator_texts(), PartnerFacts(name, style))


def everything(speaker: CuratorVoice) -> Iterator[Message]:
    long = "<b>" + "я" * 500
    yield from (speaker.unknown(), speaker.unknown([long] * 2), speaker.group_unknown("https://t.me/anna_bot"))
    yield from (speaker.refusal(refusal) for refusal in Refusal)
    yield from (speaker.courtesy(courtesy) for courtesy in Courtesy)
    yield from (speaker.too_many(timedelta(minutes=7)), speaker.thumb_up(), speaker.thumb_down(LARGEST))
    yield from (speaker.passed_on(), speaker.sources([Title(long, date(2026, 1, 31))] * 5), speaker.sources([]))
    yield from (speaker.gone(), *speaker.answer(LARGEST, [Html("Да.")], thumb=-1, sources=True))


@pytest.mark.parametrize("style", STYLES)
def test_no_word_of_the_other_form_of_address(style: Style) -> None:
    found = {key: STRANGE_WORDS[style].findall(template.render(text, style, {})) for key, text in TEXTS.items()}
    assert {key: words for key, words in found.items() if words} == {}


@pytest.mark.parametrize("style", STYLES)
def test_no_claims_no_pressure(style: Style) -> None:
    assert {key: match.group() for key, text in TEXTS.items() if (match := FORBIDDEN.search(text))} == {}
    assert [claim for message in everything(voice(style)) for claim in find_claims(message.text)] == []


@pytest.mark.parametrize("style", STYLES)
def test_texts_are_telegrams_html_within_its_limits(style: Style) -> None:
    for message in everything(voice(style, "<Анна> & " + "я" * 200)):
        assert markup.fault(message.text) is None, message.text
        assert len(message.text) < 2_500, message.text
        assert "{" not in message.text
        for button in (button for row in message.buttons for button in row):
            assert len(button.callback.encode()) <= 64
            assert button.url or wishes.decode(button.callback) or decode_answer(button.callback)


def test_medical_questions_lead_to_a_doctor_and_to_no_product() -> None:
    message = voice("ty").refusal(Refusal.MEDICAL)
    assert "обратись к врачу" in message.text
    assert message.buttons == ()


def test_what_is_unknown_is_said_and_passed_on() -> None:
    plain, near = voice().unknown(), voice().unknown(["Доставка <РФ>", "Возврат", "Доставка <РФ>", "Оплата", "Скидки"])
    for message in (plain, near):
        assert "Точного ответа" in message.text
        assert "Вопрос передан: Анна увидит его" in message.text
        assert [button.callback for row in message.buttons for button in row] == [wishes.CONTACT]
    assert near.text.endswith("• Доставка &lt;РФ&gt;\n• Возврат\n• Оплата")
    assert "•" not in plain.text


def test_the_pause_says_when_to_come_back() -> None:
    assert "через 7 мин" in voice().too_many(timedelta(minutes=7)).text


def test_the_assistant_never_claims_to_be_human() -> None:
    assert "автоматический помощник, не человек" in voice().courtesy(Courtesy.BOT).text


def test_buttons_stand_under_the_last_message_of_an_answer() -> None:
    first, last = voice().answer(7, [Html("Раз."), Html("<b>Два.</b>")], sources=True)
    assert (first.text, first.buttons) == ("Раз.", ())
    assert [[(button.text, button.callback) for button in row] for row in last.buttons] == [
        [("👍", "q:7:up"), ("👎", "q:7:down")],
        [("📎 Источники", "q:7:sources")],
    ]


@pytest.mark.parametrize(("thumb", "labels"), [(None, ["👍", "👎"]), (1, ["👍 ✓", "👎"]), (-1, ["👍", "👎 ✓"])])
def test_the_chosen_thumb_is_marked_and_other_buttons_stay(thumb: int | None, labels: list[str]) -> None:
    shop = (Button("🛒 Заказать", url="https://example.com/r/1"),)
    (message,) = voice().answer(7, [Html("Да.")], thumb=thumb, sources=False, above=(shop,))
    assert message.buttons[0] == shop
    assert [button.text for button in message.buttons[1]] == labels


def test_the_note_that_no_human_answers_stands_at_the_end() -> None:
    (noted,) = voice().noted([Html("Да.")])
    assert noted.startswith("Да.\n\n<i>Ответил автоматический помощник")
    full = Html("я" * markup.MESSAGE_LIMIT)
    assert voice().noted([Html("Раз."), full]) == ("Раз.", full, voice().say("note"))


def test_sources_are_titles_with_their_dates() -> None:
    message = voice().sources([Title("Цены", date(2026, 1, 5)), Title("Возврат & обмен")])
    assert message.text.endswith("\n\n• Цены, данные на 05.01.2026\n• Возврат &amp; обмен")
    assert "не сохранились" in voice().sources([]).text


def test_a_missing_or_unknown_text_is_named() -> None:
    data = curator_texts().model_dump()
    del data["say"]["medical"]
    with pytest.raises(ValidationError, match="medical"):
        CuratorTexts.model_validate(data)
    data = curator_texts().model_dump()
    data["say"]["more"] = "?"
    with pytest.raises(ValidationError, match="more"):
        CuratorTexts.model_validate(data)


presses = st.builds(AnswerPress, st.integers(1, 10**18 - 1), st.sampled_from(get_args(PressedButton)))


@given(presses)
def test_round_trip_in_64_bytes(press: AnswerPress) -> None:
    data = answer_data(press.question, press.button)
    assert len(data.encode()) <= 64
    assert decode_answer(data) == press


@given(st.text(max_size=70) | st.from_regex(r"q:\d{0,30}:(up|down|sources|pass|other)?.?", fullmatch=True))
def test_any_data_is_decoded_to_what_encodes_it(data: str) -> None:
    press = decode_answer(data)
    assert press is None or answer_data(press.question, press.button) == data
    assert press is None or 0 < press.question <= LARGEST


@pytest.mark.parametrize(
    "data",
    [
        "",
        "q",
        "q:1",
        "q:1:",
        "q:0:up",
        "q:01:up",
        "q:-1:up",
        "q:1:UP",
        "q:1:up\n",
        "q:١:up",
        f"q:{10**18}:up",
        "f:1:up",
    ],
)
def test_garbage(data: str) -> None:
    assert decode_answer(data) is None
