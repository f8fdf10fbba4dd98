"""Telegram HTML to text with entities (offsets in UTF-16 units) and back.

Follows do_parse_html of TDLib (td/telegram/MessageEntity.cpp), error texts included.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Any
from urllib.parse import urlsplit

from .errors import ApiError, bad_request

Entity = dict[str, Any]

STYLES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler", "code": "code", "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip
TAGS = {*STYLES, "a", "tg-emoji"}
TAG_OF = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(?:#(\d{1,8})|#[xX]([0-9a-fA-F]{1,8})|(lt|gt|amp|quot));?")
ATTRIBUTE = re.compile(r"""[^\s=>/"']*""")
PLAIN = re.compile(r"[^<&]+")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
NAME_TOKEN = re.compile(r"[A-Za-z0-9.-]*")
ORDER = ["blockquote", "expandable_blockquote", "pre", "code", "text_link", "text_mention", "bold", "italic",
         "underline", "strikethrough", "spoiler", "custom_emoji"]  # fmt: skip


def utf16_len(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def without_control(text: str) -> str:
    """Telegram drops control characters except line breaks and tabs."""
    return CONTROL.sub("", text)


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Raises ApiError 400 in Telegram's words."""
    return _Parser(without_control(source)).run()


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    position: int


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def run(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.source):
            char = self.source[self.at]
            if char == "<":
                self._close_tag() if self._peek(1) == "/" else self._open_tag()
            else:
                self._emit(self._reference() if char == "&" else self._plain())
        if self.open:
            raise _error(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return tidy("".join(self.out), self.entities)

    def _peek(self, ahead: int = 0) -> str:
        """The character there, or an empty string at the end."""
        return self.source[self.at + ahead : self.at + ahead + 1]

    def _advance(self) -> str:
        self.at += 1
        return self.source[self.at - 1]

    def _plain(self) -> str:
        match = PLAIN.match(self.source, self.at)
        self.at = match.end() if match else self.at
        return match.group() if match else ""

    def _emit(self, text: str) -> None:
        self.out.append(text)
        self.offset += utf16_len(text)

    def _reference(self) -> str:
        match = REFERENCE.match(self.source, self.at)
        char = match and _referenced(match)
        if not match or not char:
            return self._advance()
        self.at = match.end()
        return char

    def _skip_spaces(self) -> None:
        while self._peek().isspace():
            self.at += 1

    def _tag_name(self) -> str:
        start = self.at
        while self._peek() not in ("", ">") and not self._peek().isspace():
            self.at += 1
        return self.source[start : self.at].lower()

    def _bytes(self, position: int) -> int:
        return len(self.source[:position].encode("utf-8", "surrogatepass"))

    def _open_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = self._tag_name()
        if not self._peek():
            raise _error(f"Unclosed start tag at byte offset {self._bytes(begin)}")
        if tag not in TAGS:
            raise _error(f'Unsupported start tag "{tag}" at byte offset {self._bytes(begin)}')
        argument = ""
        while self._peek() != ">":
            self._skip_spaces()
            if self._peek() == ">":
                break
            name, value = self._attribute(tag, begin)
            argument = _argument(tag, name, value) or argument
        self.at += 1
        if tag == "span" and argument != "spoiler":
            raise _error(f'Tag "span" must have class "tg-spoiler" at byte offset {self._bytes(begin)}')
        self.open.append(_Open(tag, argument, self.offset, len(self.out)))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        unclosed = _error(f'Unclosed start tag "{tag}" at byte offset {self._bytes(begin)}')
        match = ATTRIBUTE.match(self.source, self.at)
        name = match.group() if match else ""
        if not self._peek():
            raise unclosed
        if not name:
            raise _error(f'Empty attribute name in the tag "{tag}" at byte offset {self._bytes(begin)}')
        self.at += len(name)
        self._skip_spaces()
        if not self._peek():
            raise unclosed
        if self._peek() != "=":
            return name, ""
        self.at += 1
        self._skip_spaces()
        value = self._quoted() if self._peek() in ("'", '"') else self._name_token()
        if not self._peek():
            raise unclosed
        return name, value

    def _quoted(self) -> str:
        quote = self._advance()
        value: list[str] = []
        while self._peek() not in (quote, ""):
            value.append(self._reference() if self._peek() == "&" else self._advance())
        self.at += 1
        return "".join(value)

    def _name_token(self) -> str:
        match = NAME_TOKEN.match(self.source, self.at)
        start = self.at
        self.at = match.end() if match else self.at
        if self._peek() and self._peek() != ">" and not self._peek().isspace():
            raise _error(f"Unexpected end of name token at byte offset {self._bytes(start)}")
        return self.source[start : self.at].lower()

    def _close_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise _error(f"Unexpected end tag at byte offset {self._bytes(begin)}")
        self.at += 2
        found = self._tag_name()
        self._skip_spaces()
        if self._peek() != ">":
            raise _error(f"Unclosed end tag at byte offset {self._bytes(begin)}")
        self.at += 1
        opened = self.open.pop()
        if found not in ("", opened.tag):
            raise _error(
                f'Unmatched end tag at byte offset {self._bytes(begin)}, expected "</{opened.tag}>", found "</{found}>"'
            )
        if self.offset > opened.offset:
            self._add(opened)

    def _add(self, opened: _Open) -> None:
        entity: Entity = {"offset": opened.offset, "length": self.offset - opened.offset}
        last = self.entities[-1] if self.entities else {}
        same_span = (last.get("offset"), last.get("length")) == (entity["offset"], entity["length"])
        if opened.tag == "a":
            entity.update(_link(opened.argument or "".join(self.out[opened.position :])))
        elif opened.tag == "tg-emoji":
            entity.update(type="custom_emoji", custom_emoji_id=opened.argument)
        elif opened.tag == "pre" and same_span and last["type"] == "code":
            last["type"] = "pre"
            return
        else:
            entity["type"] = STYLES[opened.tag]
            if opened.tag == "code" and opened.argument:
                entity["language"] = opened.argument
            if opened.tag == "blockquote" and opened.argument:
                entity["type"] = "expandable_blockquote"
        if "type" in entity:
            self.entities.append(entity)


def _error(text: str) -> ApiError:
    return bad_request(f"can't parse entities: {text}")


def _referenced(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    valid = (code >= 32 or code in (9, 10)) and code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
    return chr(code) if valid else ""


def _argument(tag: str, name: str, value: str) -> str:
    if tag == "a" and name == "href":
        return value
    if tag == "code" and name == "class" and value.startswith("language-"):
        return value.removeprefix("language-")
    if tag == "span" and name == "class" and value.startswith("tg-"):
        return value.removeprefix("tg-")
    if tag == "tg-emoji" and name == "emoji-id":
        return value
    if tag == "blockquote" and name == "expandable":
        return "1"
    return ""


def _link(url: str) -> Entity:
    """An invalid address is no error: Telegram shows such a link as plain text."""
    mention = re.fullmatch(r"tg://user\?id=(\d+)", url)
    if mention:
        return {"type": "text_mention", "user": {"id": int(mention[1])}}
    checked = check_url(url)
    return {"type": "text_link", "url": checked} if checked else {}


def check_url(url: str) -> str:
    """The address as Telegram would keep it, or an empty string when it refuses it."""
    url = url.strip()
    if url.lower().startswith(("tg://", "ton://", "mailto:", "tel:")):
        return url
    if "://" not in url:
        url = f"http://{url}"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or "." not in host.strip(".") or re.search(r"\s|[<>\"]", url):
        return ""
    return url if parts.path or parts.query or parts.fragment else f"{url}/"


def tidy(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Trims the text as Telegram does, moves entities along, merges and orders them."""
    stripped = text.strip()
    lead = utf16_len(text[: len(text) - len(text.lstrip())])
    length = utf16_len(stripped)
    kept: list[Entity] = []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        end = min(length, entity["offset"] + entity["length"] - lead)
        if end > start:
            # a language belongs to <pre><code class>, alone it is forgotten
            extra = {k: v for k, v in entity.items() if k != "language" or entity["type"] == "pre"}
            kept.append({**extra, "offset": start, "length": end - start})
    return stripped, _ordered(_without_overlaps(_merged(kept)))


def _merged(entities: list[Entity]) -> list[Entity]:
    """<b>a<b>b</b></b> and <b>a</b><b>b</b> are one bold entity."""
    result: list[Entity] = []
    last: dict[str, Entity] = {}
    for entity in sorted(entities, key=lambda item: item["offset"]):
        before = last.get(entity["type"]) if _is_style(entity) else None
        if before and entity["offset"] <= before["offset"] + before["length"]:
            end = max(before["offset"] + before["length"], entity["offset"] + entity["length"])
            before["length"] = end - before["offset"]
            continue
        last[entity["type"]] = entity
        result.append(entity)
    return result


def _without_overlaps(entities: list[Entity]) -> list[Entity]:
    """Code takes no other style inside; quotes, links and code do not nest in their own kind."""
    result: list[Entity] = []
    for kinds in (("pre", "code"), ("blockquote", "expandable_blockquote"), ("text_link", "text_mention")):
        end = 0
        for entity in sorted(entities, key=lambda item: (item["offset"], -item["length"])):
            if entity["type"] in kinds and entity["offset"] >= end:
                end = entity["offset"] + entity["length"]
                result.append(entity)
    code = [entity for entity in result if entity["type"] in ("pre", "code")]
    quotes = [entity for entity in result if "blockquote" in entity["type"]]
    styles = [entity for entity in result if entity["type"] in ("text_link", "text_mention")]
    styles += [
        entity for entity in entities if entity["type"] in (*TAG_OF, "custom_emoji") and entity["type"] != "code"
    ]
    return code + quotes + [entity for entity in styles if not any(_touch(entity, block) for block in code)]


def _touch(one: Entity, other: Entity) -> bool:
    return bool(one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"])


def _ordered(entities: list[Entity]) -> list[Entity]:
    return sorted(entities, key=lambda item: (item["offset"], -item["length"], ORDER.index(item["type"])))


def to_html(text: str, entities: list[Entity]) -> str:
    """What to send to get this text; styles that cross a link or each other are closed and opened again."""
    units = text.encode("utf-16-le", "surrogatepass")
    edges = {edge for entity in entities for edge in (entity["offset"], entity["offset"] + entity["length"])}
    points = sorted({0, len(units) // 2, *edges})
    parts: list[str] = []
    stack: list[Entity] = []
    for here, there in pairwise(points):
        active = [e for e in entities if e["offset"] <= here and there <= e["offset"] + e["length"]]
        active.sort(key=lambda e: (_is_style(e), e["offset"], -e["length"], e["type"]))
        same = sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], zip(stack, active, strict=False)))
        parts += [_tags(entity)[1] for entity in reversed(stack[same:])]
        parts += [_tags(entity)[0] for entity in active[same:]]
        parts.append(html.escape(units[here * 2 : there * 2].decode("utf-16-le", "replace"), quote=False))
        stack = active
    return "".join(parts) + "".join(_tags(entity)[1] for entity in reversed(stack))


def _is_style(entity: Entity) -> bool:
    return entity["type"] in TAG_OF and entity["type"] != "code"


def _tags(entity: Entity) -> tuple[str, str]:
    kind = entity["type"]
    if kind == "text_link":
        return f'<a href="{html.escape(entity["url"])}">', "</a>"
    if kind == "text_mention":
        return f'<a href="tg://user?id={entity["user"]["id"]}">', "</a>"
    if kind == "pre" and entity.get("language"):
        return f'<pre><code class="language-{html.escape(entity["language"])}">', "</code></pre>"
    if kind == "custom_emoji":
        return f'<tg-emoji emoji-id="{html.escape(entity["custom_emoji_id"])}">', "</tg-emoji>"
    if kind == "expandable_blockquote":
        return "<blockquote expandable>", "</blockquote>"
    tag = TAG_OF.get(kind, kind if kind in ("pre", "blockquote") else "")
    return (f"<{tag}>", f"</{tag}>") if tag else ("", "")
