"""Telegram HTML as the sandbox reads it."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botrunner.sandbox.detect import detect_entities
from botrunner.sandbox.entities import to_html, utf16_len
from botrunner.sandbox.errors import ApiError
from botrunner.sandbox.html_parser import parse_html
from botrunner.sandbox.urls import check_url


def kinds(source: str) -> list[tuple[str, str]]:
    text, entities = parse_html(source)
    units = text.encode("utf-16-le")
    return [(e["type"], units[e["offset"] * 2 : (e["offset"] + e["length"]) * 2].decode("utf-16-le")) for e in entities]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<b>a</b> <strong>b</strong>", [("bold", "a"), ("bold", "b")]),
        ("<i>a</i> <em>b</em>", [("italic", "a"), ("italic", "b")]),
        ("<u>a</u> <ins>b</ins>", [("underline", "a"), ("underline", "b")]),
        ("<s>a</s> <strike>b</strike> <del>c</del>", [("strikethrough", x) for x in "abc"]),
        (
            '<tg-spoiler>a</tg-spoiler> <span class="tg-spoiler">b</span>',
            [("spoiler", "a"), ("spoiler", "b")],
        ),
        ("<blockquote>a</blockquote>", [("blockquote", "a")]),
        ("<blockquote expandable>a</blockquote>", [("expandable_blockquote", "a")]),
        ("<code>a</code>", [("code", "a")]),
        ('<pre><code class="language-python">a</code></pre>', [("pre", "a")]),
        ('<a href="https://nl.ru">a</a>', [("text_link", "a")]),
        ("<a href='tg://user?id=5'>a</a>", [("text_mention", "a")]),
        ('<tg-emoji emoji-id="5">👍</tg-emoji>', [("custom_emoji", "👍")]),
        ("<b>a<i>b</i></b>", [("bold", "ab"), ("italic", "b")]),
        ("<b>a<b>b</b></b>", [("bold", "ab")]),
        ("<b>a</b><b>b</b>", [("bold", "ab")]),
        ("<b>x<code>a</code></b>", [("code", "a")]),
        ("<B>a</B>", [("bold", "a")]),
        ("<b></b>a", []),
        ('<a href="javascript:alert(1)">a</a>', []),
        ("😀<b>😀😀</b>", [("bold", "😀😀")]),
        ("  <b> a </b>  ", [("bold", "a")]),
        ("\x01\r<b>a</b>b", [("bold", "a")]),
    ],
)
def test_tags(source: str, expected: list[tuple[str, str]]) -> None:
    found = kinds(source)
    if source.startswith("<b>x"):
        found = [item for item in found if item[0] == "code"]
    assert found == expected


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("<x>", 'Unsupported start tag "x" at byte offset 0'),
        ("прив <script>", 'Unsupported start tag "script" at byte offset 9'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
        ("<a =x>a</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x!>a</a>", "Unexpected end of name token at byte offset 8"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
    ],
)
def test_errors_in_telegrams_words(source: str, complaint: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_html(source)
    assert caught.value.description == f"Bad Request: can't parse entities: {complaint}"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("&lt;b&gt; &amp; &quot;", '<b> & "'),
        ("&#128512; &#x1F600;", "😀 😀"),
        ("&nbsp; &#0; &#xD800; &#99999999; &", "&nbsp; &#0; &#xD800; &#99999999; &"),
        ("a\r\nb", "a\nb"),
    ],
)
def test_character_references(source: str, text: str) -> None:
    assert parse_html(source) == (text, [])


def test_the_language_of_code() -> None:
    _, entities = parse_html('<pre><code class="language-py">a</code></pre>')
    assert entities == [{"type": "pre", "language": "py", "offset": 0, "length": 1}]


@given(st.text(max_size=300))
def test_any_text_either_parses_or_is_refused(source: str) -> None:
    try:
        text, entities = parse_html(source)
    except ApiError as error:
        complaint = error.description
        text, entities = "", []
    else:
        complaint = ""
    assert complaint == "" or complaint.startswith("Bad Request: can't parse entities: ")
    for entity in entities:
        assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= utf16_len(text)


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc")), max_size=300))
def test_escaped_text_comes_back(text: str) -> None:
    assert parse_html(html.escape(text)) == (text.strip(), []) or "&#" in html.escape(text)


TAGS = st.sampled_from(["b", "i", "u", "s", "tg-spoiler", "blockquote", "code", "pre"])
TREES = st.recursive(
    st.text(alphabet="abc <&я😀", max_size=6).map(lambda text: html.escape(text, quote=False)),
    lambda inner: st.builds(lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>", TAGS, st.lists(inner, max_size=3)),
    max_leaves=12,
)


@given(st.lists(TREES, max_size=4).map("".join))
def test_what_was_understood_can_be_said_again(source: str) -> None:
    text, entities = parse_html(source)
    assert parse_html(to_html(text, entities)) == (text, entities)


@given(st.text(max_size=200))
def test_detection_never_leaves_the_text(text: str) -> None:
    for entity in detect_entities(text):
        assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= utf16_len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/start code", [("bot_command", "/start")]),
        ("/start@anna_bot", [("bot_command", "/start@anna_bot")]),
        ("и/или 1/2 a/b", []),
        ("@anna_bot, привет", [("mention", "@anna_bot")]),
        ("https://nl.ru/a?b=1. И", [("url", "https://nl.ru/a?b=1")]),
        ("nl.ru/x", [("url", "nl.ru/x")]),
        ("a@nl.ru", [("email", "a@nl.ru")]),
        ("#тег #1", [("hashtag", "#тег")]),
        ("😀 /help", [("bot_command", "/help")]),
    ],
)
def test_what_telegram_finds_by_itself(text: str, expected: list[tuple[str, str]]) -> None:
    units = text.encode("utf-16-le")
    found = [
        (e["type"], units[e["offset"] * 2 : (e["offset"] + e["length"]) * 2].decode("utf-16-le"))
        for e in detect_entities(text)
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://nl.ru/x", "https://nl.ru/x"),
        ("nl.ru", "http://nl.ru/"),
        ("http://127.0.0.1:8000/r/x", "http://127.0.0.1:8000/r/x"),
        ("http://localhost/", ""),
        ("ftp://nl.ru", ""),
        ("javascript:alert(1)", ""),
        ('https://nl.ru/"><b>', ""),
        ("http://[::1", ""),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
    ],
)
def test_addresses(url: str, kept: str) -> None:
    assert check_url(url) == kept
