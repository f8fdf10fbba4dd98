"""What a model wrote, Markdown and HTML mixed, as characters with their styles. Pure.

Nothing is refused: what is not understood is text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

from content.ai.types import Slot
from content.contacts import ADDRESS

Style = str  # a tag, or "a" and the address
Styles = tuple[Style, ...]
Styled = list[tuple[str, Styles]]  # one character each

_TAGS = {
    "b": "b", "strong": "b", "i": "i", "em": "i", "u": "u", "ins": "u", "s": "s", "del": "s", "strike": "s",
    "code": "code", "pre": "pre", "blockquote": "blockquote", "h1": "b", "h2": "b", "h3": "b",
}  # fmt: skip
_BREAKS = {
    "br": "\n",
    "p": "\n",
    "/p": "\n",
    "div": "\n",
    "/li": "\n",
    "li": "• ",
    "/h1": "\n",
    "/h2": "\n",
    "/h3": "\n",
}
_UNSEEN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
# Controls, and marks that turn the direction of writing.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_TOKEN = re.compile(
    r"```(?:\w{1,20}\n)?(?P<pre>.*?)(?:```|\Z)"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?P<mark>\*\*|__|~~|(?<![\w*])\*(?=[^\s*])|(?<=[^\s*])\*(?![\w*])|(?<!\w)_(?=\S)|(?<=\S)_(?!\w))"
    r"|!?\[(?P<label>[^\]\n]{0,300})\]\((?P<target>[^)\n]{0,1000})\)"
    r"|<(?P<tag>/?[a-zA-Z][a-zA-Z0-9]*)(?P<rest>[^<>]{0,2000})>"
    r"|\{(?P<slot>[a-z_]{1,40})\}"
    r"|(?P<line>\n)",
    re.DOTALL,
)
_MARKS = {"**": "b", "__": "b", "~~": "s", "*": "i", "_": "i"}
_HREF = re.compile(r"""href\s*=\s*["']?\s*\{([a-z_]{1,40})\}""", re.IGNORECASE)

_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.+)$")
_BULLET = re.compile(r"^(\s*)[-*+•]\s+")
_QUOTE = re.compile(r"^\s{0,3}>\s?")
_ROW = re.compile(r"^\s*\|(.+)\|\s*$")
_LONGEST = 20_000


def read(text: str, slots: Mapping[str, Slot]) -> Styled:
    """Of links only those to `slots` are kept; other addresses are left as the text they are."""
    text = _CONTROLS.sub("", _UNSEEN.sub("", text[:_LONGEST].replace("\r\n", "\n")))
    return _Reader("\n".join(_lines(text)), slots).read()


def _lines(text: str) -> list[str]:
    lines: list[str] = []
    quoted = fenced = False
    heading = False
    for line in text.split("\n"):
        if heading and not line.strip():
            continue  # a heading stands close to its text, and away from the text before
        heading = not fenced and _HEADING.match(line) is not None
        if heading and lines and lines[-1].strip():
            lines.append("")
        fenced ^= line.count("```") % 2 == 1
        quote = not fenced and _QUOTE.match(line) is not None
        if quoted and not quote:
            lines[-1] += "</blockquote>"
        line = ("" if quoted else "<blockquote>") + _QUOTE.sub("", line) if quote else line
        quoted = quote
        if fenced or not _is_ruler(line):
            lines.append(line if fenced else _line(line))
    return lines


def _is_ruler(line: str) -> bool:
    """A line across, or the one under the head of a table."""
    return len(line.strip()) > 2 and set(line) <= set("-*_|: \t")


def _line(line: str) -> str:
    if heading := _HEADING.match(line):
        return f"<b>{heading[1].strip(' #').replace('**', '')}</b>"
    if row := _ROW.match(line):
        return " — ".join(filter(None, (cell.strip() for cell in row[1].split("|"))))
    return _BULLET.sub(r"\1• ", line)


@dataclass(slots=True)
class _Reader:
    text: str
    slots: Mapping[str, Slot]
    marks: list[Style] = field(default_factory=list)  # of Markdown: they end with their line
    tags: list[Style] = field(default_factory=list)
    written: Styled = field(default_factory=list)

    def read(self) -> Styled:
        at = 0
        for token in _TOKEN.finditer(self.text):
            self.write(unescape(self.text[at : token.start()]))
            self.take(token)
            at = token.end()
        self.write(unescape(self.text[at:]))
        return self.written

    def write(self, text: str, *styles: Style) -> None:
        # Unescaping can bring back what was taken out.
        text = _CONTROLS.sub("", text)
        self.written.extend((character, styles or (*self.tags, *self.marks)) for character in text)

    def take(self, token: re.Match[str]) -> None:
        match token.lastgroup:
            case "pre" | "code" as style:
                self.write(unescape(token[style].strip("\n")), style)
            case "mark":
                _toggle(self.marks, _MARKS[token["mark"]])
            case "target":
                self.link(unescape(token["label"]), token["target"].strip(" {}"))
            case "slot":
                self.link("", token["slot"])
            case "line":
                self.marks.clear()
                self.write("\n")
            case _:
                self.tag(token["tag"].lower(), token["rest"])

    def link(self, label: str, slot: str) -> None:
        """A slot that is not ours leaves its label."""
        known = self.slots.get(slot)
        label = re.sub(r"[*_`~{}<>]", "", label)
        if known is None:
            self.write(label)
            return
        self.write(known.label if not label or has_address(label) else label, f"a {known.url}")

    def tag(self, name: str, rest: str) -> None:
        if name in _BREAKS:
            self.write(_BREAKS[name])
        if name == "/a":
            self.tags = [style for style in self.tags if not style.startswith("a ")]
        if name == "a" and (href := _HREF.search(rest)) and (slot := self.slots.get(href[1])):
            self.tags.append(f"a {slot.url}")
        if style := _TAGS.get(name.removeprefix("/")):
            if not name.startswith("/"):
                self.tags.append(style)
            elif style in self.tags:
                self.tags.remove(style)


def _toggle(styles: list[Style], style: Style) -> None:
    styles.remove(style) if style in styles else styles.append(style)


def has_address(text: str) -> bool:
    return ADDRESS.search(text) is not None
