"""Telegram's HTML: what is well formed, what a reader sees, and how long it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.markup import fault, telegram_length, visible
from content.messages import escape


@pytest.mark.parametrize(
    "html",
    [
        "",
        "a > b",
        "<b>a <i>b</i></b> <u>c</u> <s>d</s>",
        "<blockquote><b>a</b></blockquote><tg-spoiler>b</tg-spoiler>",
        '<a href="https://example.com/?a=1&amp;b=2">a</a>',
        "&lt;b&gt; &amp; &quot; &#8381; &#x20bd;",
        "<pre>a</pre> <code>b</code>",
    ],
)
def test_well_formed(html: str) -> None:
    assert fault(html) is None


@pytest.mark.parametrize(
    ("html", "named"),
    [
        ("<b>a", "<b>"),
        ("a</b>", "</b>"),
        ("<b><i>a</b></i>", "</b>"),
        ("a < b", "< b"),
        ("<3", "<3"),
        ("a & b", "&amp;"),
        ("&nbsp;", "&amp;"),
        ("<br>", "<br>"),
        ("<B>a</B>", "<B>"),
        ("<b class='a'>a</b>", "<b class='a'>"),
        ("<a>a</a>", "<a>"),
        ('<a href="http://example.com">a</a>', "http://"),
        ('<a href="javascript:alert(1)">a</a>', "javascript"),
        ('<a href="https://a" onclick="b">a</a>', "onclick"),
        ('<b href="https://a">a</b>', "<b href"),
        ("<script>a</script>", "<script>"),
        ("<b>a<b>b</b></b>", "<b>"),
        ("<code>a<b>b</b></code>", "<code>"),
    ],
)
def test_refused(html: str, named: str) -> None:
    assert named in (fault(html) or "")


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("я", 1), ("😀", 2), ("👨‍👩‍👧", 8), ("\uffff", 1), ("\U00010000", 2)]
)
def test_length_is_in_utf16_units(text: str, length: int) -> None:
    assert telegram_length(text) == length


@given(st.text())
def test_length_is_that_of_the_encoding(text: str) -> None:
    assert telegram_length(text) == len(text.encode("utf-16-le")) // 2


@given(st.text())
def test_escaped_text_is_well_formed_and_seen_as_typed(text: str) -> None:
    assert fault(escape(text)) is None
    assert visible(escape(text)) == text


@given(st.text(alphabet="<>/&;abi =\"'hrefs:", max_size=60))
def test_any_text_gets_an_answer(html: str) -> None:
    assert fault(html) is None or {"<", ">", "&"} & set(html)
