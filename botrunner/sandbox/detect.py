"""Entities that Telegram finds in plain text by itself: commands, mentions, links, e-mails, hashtags."""

from __future__ import annotations

import re

from .entities import Entity, utf16_len

PATTERN = re.compile(
    r"(?P<url>https?://[^\s<>\"«»]+[^\s<>\"«».,!?;:)\]'])"
    r"|(?P<email>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<![\w/>@])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<![\w@/])(?P<mention>@[A-Za-z0-9_]{3,32})\b"
    r"|(?<![\w&])(?P<hashtag>#(?=\w*[^\W\d])\w{1,256})"
    r"|(?<![\w@.-])(?P<bare>(?:[a-zA-Z0-9-]+\.)+(?:ru|com|org|net|me|io|store|info)(?:/[^\s<>\"«»]*[^\s<>\"«».,!?;:)])?)\b"
)


def detect_entities(text: str, taken: list[Entity] | None = None) -> list[Entity]:
    """New entities outside the `taken` links and code."""
    if not any(char in text for char in "/@#."):
        return []
    blocked = [e for e in taken or () if e["type"] in ("code", "pre", "text_link", "text_mention")]
    found: list[Entity] = []
    for match in PATTERN.finditer(text):
        kind = "url" if match.lastgroup == "bare" else str(match.lastgroup)
        offset, length = utf16_len(text[: match.start()]), utf16_len(match.group())
        if not any(offset < e["offset"] + e["length"] and e["offset"] < offset + length for e in blocked):
            found.append({"type": kind, "offset": offset, "length": length})
    return found
