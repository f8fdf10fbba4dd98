"""What a model returns, made safe for Telegram: its tags, no links but ours, messages that fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.ai.answer_html import to_messages
from content.ai.markdown import has_address
from content.ai.types import Slot
from content.markup import fault, telegram_length, visible

SHOP = "https://curator.example/r/abc?a=1&b=2"
SLOTS = {"shop_link": Slot(SHOP, "магазин")}
LINK = '<a href="https://curator.example/r/abc?a=1&amp;b=2">'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**Жирный** и *курсив*, __тоже__ ~~нет~~", "<b>Жирный</b> и <i>курсив</i>, <b>тоже</b> <s>нет</s>"),
        ("**a *b* c**", "<b>a <i>b</i> c</b>"),
        ("*a **b* c**", "<i>a </i><b><i>b</i> c</b>"),
        ("<b>a<i>b</b>c</i>", "<b>a<i>b</i></b><i>c</i>"),
        ("**не закрыто\nдальше", "<b>не закрыто</b>\nдальше"),
        ("2 * 3 * 4, snake_case_name", "2 * 3 * 4, snake_case_name"),
        ("# Заголовок\nтекст", "<b>Заголовок</b>\nтекст"),
        ("раз\n# Заголовок\n\n\nтекст", "раз\n\n<b>Заголовок</b>\nтекст"),
        ("```\nраз\n# два\n\nтри\n```", "<pre>раз\n# два\n\nтри</pre>"),
        ("- раз\n* два", "• раз\n• два"),
        ("> цитата\n> ещё\nпосле", "<blockquote>цитата\nещё</blockquote>\nпосле"),
        ("| цена | срок |\n|---|---|\n| 100 ₽ | 3 дня |", "цена — срок\n100 ₽ — 3 дня"),
        ("a\n\n---\n\nb", "a\n\nb"),
        ("```python\nx < **1**\n```", "<pre>x &lt; **1**</pre>"),
        ("**`a<b`**", "<code>a&lt;b</code>"),
        ("5 < 6 & 7 > 2", "5 &lt; 6 &amp; 7 &gt; 2"),
        ("&lt;b&gt;не тег&lt;/b&gt;", "&lt;b&gt;не тег&lt;/b&gt;"),
        ("<p>раз</p><p>два</p><ul><li>три</li></ul>", "раз\n\nдва\n• три"),
        ("<script>alert(1)</script><style>p{}</style><!-- тайна -->видно", "видно"),
        ('<img src=x onerror="alert(1)"><iframe></iframe>видно', "видно"),
        ("a\u202eb\u200b\x00c", "abc"),
        ("", None),
        ("<script>всё пропало", None),
    ],
)  # fmt: skip
def test_what_it_becomes(text: str, html: str | None) -> None:
    assert to_messages(text, SLOTS) == ((html,) if html is not None else ())


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Берите в {shop_link}.", f"Берите в {LINK}магазин</a>."),
        ("[Заказать]({shop_link})", f"{LINK}Заказать</a>"),
        ("[Заказать](shop_link)", f"{LINK}Заказать</a>"),
        ('<a href="{shop_link}">Заказать</a> сейчас', f"{LINK}Заказать</a> сейчас"),
        ("**[Заказать]({shop_link})**", f"{LINK}Заказать</a>"),
        ("[evil.com]({shop_link})", f"{LINK}магазин</a>"),
        ("{registration_link} {first_name} есть", "есть"),
    ],
)
def test_links_to_our_slots(text: str, html: str) -> None:
    assert to_messages(text, SLOTS) == (html,)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/a?b=1",
        "HTTP://EVIL.example",
        "evil.com/path",
        "www.evil.ru",
        "a.b.c.d.e.f.g.h.i.j.k.l.m.evil.ru",
        "магазин.рф",
        "xn--80a.xn--p1ai",
        "t.me/evil",
        "tg://resolve?domain=evil",
        "mailto:a@evil.ru",
        "a.b@evil.ru",
        "@evil_shop",
        "//evil.ru",
        "javascript:alert(1)//evil.ru",
        "10.20.30.40:8000/x",
        "ev<b>il.c</b>om",
        "evhttps://x.y \u200bil.ru",
        "[тут](https://evil.ru)evil.ru",
        '<a href="https://evil.ru">evil.ru</a>',
        "&#104;ttps://evil.ru",
        "evil&#46;ru",
    ],
)
def test_no_other_link_is_left(address: str) -> None:
    [message] = to_messages(f"Смотрите {address} скорее", SLOTS)
    assert not has_address(visible(message))
    assert "evil" not in message
    assert message.startswith("Смотрите")


def test_a_long_answer_is_several_messages_cut_between_paragraphs() -> None:
    paragraph = "**Жирное начало.** " + "Слово за словом, и вот конец. " * 60
    messages = to_messages("\n\n".join([paragraph] * 5), SLOTS)
    assert len(messages) == 3
    assert all(message.startswith("<b>Жирное начало.</b>") and message.endswith("конец.") for message in messages)


def test_a_tag_that_is_open_at_the_cut_opens_again() -> None:
    messages = to_messages(f"<b>{'слово ' * 1_000}</b>", SLOTS)
    assert len(messages) == 2
    assert all(message.startswith("<b>слово") and message.endswith("слово</b>") for message in messages)


def test_hostile_sizes_come_to_an_end() -> None:
    for text in ("*" * 50_000, "<b>" * 20_000, "a." * 20_000, "[" * 50_000, "-" * 50_000, "&" * 50_000, "`" * 50_000):
        assert all(fault(message) is None for message in to_messages(text, SLOTS))


PIECES = st.sampled_from(
    ["**", "*", "_", "__", "~~", "`", "```", "<b>", "</b>", "<i>", "</i>", "<a href='http://e.ru'>", "</a>", "<script>",
     "<blockquote>", "</blockquote>", "<pre>", "<", ">", "&", "&lt;", "&#60;b&#62;", "\n", "\n\n", "> ", "- ", "# ",
     "| a | b |", "[x](", "{shop_link}", ")", "]", "evil.ru", "https://", "@name_x", "слово ", "конец. ", "👍",
     "e", ".", "\u202e", "\x00"]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=8), max_size=60).map("".join), st.integers(20, 200))
def test_whatever_comes_telegram_accepts_it(text: str, limit: int) -> None:
    for message in to_messages(text, SLOTS, limit):
        assert fault(message) is None
        assert 0 < telegram_length(visible(message)) <= limit
        assert not has_address(visible(message))
        assert message.count("<a ") == message.count(LINK)


@given(st.text(alphabet=st.characters(categories=["L", "Nd"]), max_size=300))
def test_plain_words_come_through_whole(text: str) -> None:
    assert "".join(map(visible, to_messages(text, {}))) == text
