"""A model's answer as messages for Telegram: its HTML subset, no links but ours, never cut inside a tag. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from itertools import accumulate, groupby, takewhile

from content.ai.markdown import Styled, Styles, read
from content.ai.types import Slot
from content.contacts import ADDRESS
from content.markup import MESSAGE_LIMIT, telegram_length
from content.messages import Html

_ORDER = ("blockquote", "a", "b", "i", "u", "s")  # from the outside in
_ALONE = ("pre", "code")  # Telegram puts nothing into them and them into nothing
_EMPTY = re.compile(r"\(\s*\)|\[\s*\]|(?<=[ \t])[ \t]+|[ \t]+(?=\n)|(?<=\n\n)\n+|(?<=\s)[•:]\s*(?=\n)|\s+\Z|\A\s+")
_ENDS = (re.compile(r"\n\n"), re.compile(r"\n"), re.compile(r"[.!?…]\s"), re.compile(r"\s"))
_SMALLEST_PART = 0.5  # of a message, before a worse place to cut is better than a shorter message


def to_messages(text: str, slots: Mapping[str, Slot], limit: int = MESSAGE_LIMIT) -> tuple[Html, ...]:
    """Messages of at most `limit` UTF-16 units each; empty if nothing is left to say."""
    styled = _without_addresses(read(text, slots))
    return tuple(html for part in _parts(styled, limit) if (html := _html(part)))


def _without_addresses(styled: Styled) -> Styled:
    """Until nothing is found: what stood around an address may make a new one."""
    while True:
        text = "".join(character for character, _styles in styled)
        spans = [match.span() for match in ADDRESS.finditer(text)] or [match.span() for match in _EMPTY.finditer(text)]
        spans = [(start, end) for start, end in spans if end > start]
        if not spans:
            return styled
        gone = {at for start, end in spans for at in range(start, end)}
        styled = [one for at, one in enumerate(styled) if at not in gone]


def _parts(styled: Styled, limit: int) -> Iterator[Styled]:
    while styled:
        end = _cut(styled, limit)
        part, styled = _trimmed(styled[:end]), _trimmed(styled[end:])
        yield part


def _cut(styled: Styled, limit: int) -> int:
    """Where a message ends: after a paragraph, a line, a sentence, a word, else where it is full."""
    ends_at = accumulate(telegram_length(character) for character, _styles in styled)
    full = sum(1 for _end in takewhile(lambda units: units <= limit, ends_at))
    if full == len(styled):
        return full
    text = "".join(character for character, _styles in styled[:full])
    for pattern in _ENDS:
        ends = [match.end() for match in pattern.finditer(text)]
        if ends and ends[-1] >= full * _SMALLEST_PART:
            return ends[-1]
    return full


def _trimmed(styled: Styled) -> Styled:
    start, end = 0, len(styled)
    while start < end and styled[start][0].isspace():
        start += 1
    while end > start and styled[end - 1][0].isspace():
        end -= 1
    return styled[start:end]


def _html(styled: Styled) -> Html:
    written: list[str] = []
    opened: Styles = ()
    for styles, run in groupby(styled, key=lambda one: _nested(one[1])):
        common = next((at for at, pair in enumerate(zip(opened, styles, strict=False)) if pair[0] != pair[1]), None)
        kept = min(len(opened), len(styles)) if common is None else common
        written += [f"</{style.split(' ')[0]}>" for style in reversed(opened[kept:])]
        written += [_opening(style) for style in styles[kept:]]
        written.append(escape("".join(character for character, _styles in run), quote=False))
        opened = styles
    written += [f"</{style.split(' ')[0]}>" for style in reversed(opened)]
    return Html("".join(written))


def _nested(styles: Styles) -> Styles:
    """In one order for the whole message, each once."""
    for alone in _ALONE:
        if alone in styles:
            return (alone,)
    links = [style for style in styles if style.startswith("a ")][:1]
    return tuple(
        style for tag in _ORDER for style in (links if tag == "a" else (tag,)) if style in styles or style in links
    )


def _opening(style: str) -> str:
    tag, _space, url = style.partition(" ")
    return f'<a href="{escape(url)}">' if tag == "a" else f"<{tag}>"
