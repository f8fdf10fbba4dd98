from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.utils import translation

from funnels.models import FunnelEvent
from funnels.timeline import funnel_of, sentence
from tests.funnels.samples import GOOD


def said(kind: str, step: str = "", data: Mapping[str, Any] | None = None, text: str = GOOD) -> str:
    with translation.override("ru"):
        return sentence(kind, step, data or {}, funnel_of(text), "vy").text


@pytest.mark.parametrize(
    ("kind", "step", "data", "expected"),
    [
        ("started", "start", {}, "открыл(а) бота"),
        ("screen_shown", "health", {}, "увидел(а) экран «health»"),
        ("button_pressed", "health", {"action": "0"}, "нажал(а) «🔥 Похудеть» на экране «health»"),
        ("button_pressed", "health", {"action": "b"}, "нажал(а) «← Назад» на экране «health»"),
        ("button_pressed", "health", {"action": "h"}, "нажал(а) «🏠 Главное меню» на экране «health»"),
        ("button_pressed", "health", {"action": "menu", "to": "health"}, "нажал(а) «🍎 Здоровье» на клавиатуре"),
        ("button_pressed", "gone", {"action": "7"}, "нажал(а) «7» на экране «gone»"),
        ("button_pressed", "health", {"action": "99"}, "нажал(а) «99» на экране «health»"),
        ("link_clicked", "shake", {"slot": "shop"}, "перешёл(ла) по ссылке «магазин» на экране «shake»"),
        ("link_clicked", "shake", {"slot": "blog"}, "перешёл(ла) по ссылке «blog» на экране «shake»"),
        ("bot_blocked", "", {}, "заблокировал(а) бота"),
        ("contact_left", "", {"what": "phone"}, "оставил(а) телефон"),
        (
            "contact_left",
            "",
            {"what": "phone", "duplicates": 1},
            "оставил(а) телефон, который есть и у другого человека: возможно, это один и тот же",
        ),
        ("contact_left", "", {"what": "email"}, "оставил(а) e-mail"),
        ("consent_given", "", {"to": "data", "version": 2}, "дал(а) согласие на обработку данных, текст 2"),
        ("consent_withdrawn", "", {"to": "offers"}, "отозвал(а) согласие на рассылку"),
        ("topic_changed", "", {"topic": "tips", "wanted": False}, "больше не хочет сообщений на тему: советы"),
        ("topic_changed", "", {"topic": "business", "wanted": True}, "хочет сообщения на тему: бизнес"),
        ("unsubscribed", "", {}, "отключил(а) рассылку"),
    ],
)
def test_events_are_sentences(kind: str, step: str, data: dict[str, Any], expected: str) -> None:
    assert said(kind, step, data) == expected


def test_a_link_under_an_answer_belongs_to_no_screen() -> None:
    with translation.override("en"):
        told = sentence("link_clicked", "answer:7:smart", {"slot": "shop"}, funnel_of(GOOD), "vy").text
    assert told == "followed the link “shop” under an answer"


@pytest.mark.parametrize("kind", FunnelEvent.Kind.values)
def test_every_kind_is_told_even_when_the_funnel_cannot_be_read(kind: str) -> None:
    for text in (GOOD, "no: funnel"):
        told = said(kind, "health", {"action": "0", "to": "shake"}, text)
        assert told
        if kind != "message_received":  # shown with its text instead
            assert told != kind
