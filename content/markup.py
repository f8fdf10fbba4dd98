"""Telegram's HTML subset: is a text well formed, and how long is it for Telegram. Pure."""

from __future__ import annotations

import re
from html import unescape

from django.utils.translation import gettext as _

MESSAGE_LIMIT = 4096
CAPTION_LIMIT = 1024

TAGS = frozenset({"b", "i", "u", "s", "a", "code", "pre", "blockquote", "tg-spoiler"})
_MARK = re.compile(r"<[^<>]*>?|&[^\s<>&;]*;?")
_OPENING = re.compile(r'<([a-z-]+)(?: href="(https://[^"<>\s]+)")?>')
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});")
_TAG = re.compile(r"<[^<>]*>")


def telegram_length(text: str) -> int:
    """Characters as Telegram counts them: UTF-16 units, so an emoji is two."""
    return len(text) + sum(character > "\uffff" for character in text)


def shorten(text: str, longest: int) -> str:
    """The beginning of a text, at most so long for Telegram; what is cut off is told by an ellipsis."""
    if telegram_length(text) <= longest:
        return text
    units = 0
    for at, character in enumerate(text):
        units += telegram_length(character)
        if units >= longest:  # one unit is the ellipsis's
            return f"{text[:at].rstrip()}…"
    return text


def visible(html: str) -> str:
    """What the reader sees, and what Telegram's limits are about."""
    return unescape(_TAG.sub("", html))


def fault(html: str) -> str | None:
    """The first thing that Telegram would refuse in this text, as a sentence; None if there is nothing."""
    opened: list[str] = []
    for mark in _MARK.findall(html):
        if mark.startswith("&"):
            if not _ENTITY.fullmatch(mark):
                return _("Write “&amp;” instead of “&”.")
        elif mark.startswith("</"):
            if not opened or mark != f"</{opened[-1]}>":
                return _("“%(tag)s” closes nothing: close tags in reverse order.") % {"tag": mark[:40]}
            opened.pop()
        elif sentence := _fault_of_opening(mark, opened):
            return sentence
        else:
            opened.append(mark[1:-1].split(" ")[0])
    return _("“<%(tag)s>” is not closed.") % {"tag": opened[-1]} if opened else None


def _fault_of_opening(mark: str, opened: list[str]) -> str | None:
    match = _OPENING.fullmatch(mark)
    if not match or match[1] not in TAGS or (match[1] == "a") != bool(match[2]):
        allowed = 'b, i, u, s, code, pre, blockquote, tg-spoiler, a href="https://…"'
        return _("“%(tag)s” is not allowed here. Allowed: %(allowed)s. Write “&lt;” for “<”.") % {
            "tag": mark[:40],
            "allowed": allowed,
        }
    if match[1] in opened or {"code", "pre"} & set(opened):
        return _("“%(tag)s” cannot stand inside “<%(outer)s>”.") % {"tag": mark[:40], "outer": opened[-1]}
    return None
