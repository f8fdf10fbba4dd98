"""Telegram HTML to text with entities.

Follows do_parse_html of TDLib (td/telegram/MessageEntity.cpp), error texts included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .entities import Entity, tidy, utf16_len
from .errors import ApiError, bad_request
from .urls import check_url

STYLES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler", "code": "code", "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip
TAGS = {*STYLES, "a", "tg-emoji"}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(?:#(\d{1,8})|#[xX]([0-9a-fA-F]{1,8})|(lt|gt|amp|quot));?")
ATTRIBUTE = re.compile(r"""[^\s=>/"']*""")
PLAIN = re.compile(r"[^<&]+")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
NAME_TOKEN = re.compile(r"[A-Za-z0-9.-]*")


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
        # Telegram fills the name in; without the field a library cannot read the message that a press brings back.
        return {"type": "text_mention", "user": {"id": int(mention[1]), "is_bot": False, "first_name": ""}}
    checked = check_url(url)
    return {"type": "text_link", "url": checked} if checked else {}
