"""What a person has formatted in Telegram, in the tags of our texts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Chat, Message, MessageEntity

from botrunner.parsing import act, formatted
from content import markup
from funnels.panel_words import PanelCommand
from funnels.services.turns import Act, Opened


def message(text: str, *entities: tuple[str, int, int, dict[str, Any]]) -> Message:
    marks = [MessageEntity(kind, offset, length, **more) for kind, offset, length, more in entities]
    return Message(1, datetime(2026, 3, 2, tzinfo=UTC), Chat(1, "private"), text=text, entities=marks)


@pytest.mark.parametrize(
    ("said", "html"),
    [
        (message("просто <b>текст</b>"), ""),
        (message("Жирно & <b>", ("bold", 0, 5, {})), "<b>Жирно</b> &amp; &lt;b&gt;"),
        (message("тайна", ("spoiler", 0, 5, {})), "<tg-spoiler>тайна</tg-spoiler>"),
        (message("цитата", ("expandable_blockquote", 0, 6, {})), "<blockquote>цитата</blockquote>"),
        (message("👍 да", ("custom_emoji", 0, 2, {"custom_emoji_id": "5"})), "👍 да"),
        (message("сайт", ("text_link", 0, 4, {"url": "https://a.example/"})), '<a href="https://a.example/">сайт</a>'),
    ],
)
def test_formatting_survives(said: Message, html: str) -> None:
    assert formatted(said) == html
    assert markup.fault(html) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("/My_stats Неделя", PanelCommand("/my_stats", "Неделя")),
        ("/START Code", Opened("Code")),
    ],
)
def test_a_command_may_begin_with_a_capital_letter(text: str, meant: Act) -> None:
    assert act(message(text)) == meant
