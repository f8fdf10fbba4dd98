"""The texts of preset files: trusted Telegram HTML with two marks. Pure.

`[[ты|вы]]` stands for two forms of address, `{first_name|друзья}` for a variable with its fallback, `{{` for
a brace. A value never becomes a part of the template: it is put in after the marks were read, and escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from content.messages import Html, Style, escape

_MARK = re.compile(r"(\{\{|\{[a-z][a-z0-9_]*(?:\|[^{}\[\]|]*)?\}|\{|\[\[|\]\]|\|)")


class TemplateError(ValueError):
    """Marks that cannot be read: `mark` is the offending piece of the text."""

    def __init__(self, mark: str) -> None:
        super().__init__(mark)
        self.mark = mark


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    fallback: str | None


Piece = str | Variable


@dataclass(frozen=True, slots=True)
class Template:
    ty: tuple[Piece, ...]
    vy: tuple[Piece, ...]

    def pieces(self, style: Style) -> tuple[Piece, ...]:
        return self.ty if style == "ty" else self.vy


@lru_cache(maxsize=8192)
def parse(text: str) -> Template:
    """Raises TemplateError."""
    ty: list[Piece] = []
    vy: list[Piece] = []
    forms: list[list[Piece]] | None = None  # the two forms while inside [[…|…]]
    for mark in filter(None, _MARK.split(text)):
        if mark == "[[" and forms is None:
            forms = [[]]
        elif mark == "]]" and forms and len(forms) == 2:
            ty += forms[0]
            vy += forms[1]
            forms = None
        elif mark in ("{", "[[", "]]"):
            raise TemplateError(mark)
        elif mark == "|" and forms is not None:
            forms.append([])
        else:
            for pieces in (forms[-1],) if forms else (ty, vy):
                pieces.append(_piece(mark))
    if forms is not None:
        raise TemplateError("[[")
    return Template(tuple(_joined(ty)), tuple(_joined(vy)))


def _piece(mark: str) -> Piece:
    if mark == "{{":
        return "{"
    if not (mark.startswith("{") and mark.endswith("}")):
        return mark
    name, bar, fallback = mark[1:-1].partition("|")
    return Variable(name, fallback if bar else None)


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    """Neighbouring texts in one piece: the texts are rendered far more often than read."""
    text = ""
    for piece in pieces:
        if isinstance(piece, str):
            text += piece
            continue
        if text:
            yield text
        yield piece
        text = ""
    if text:
        yield text


def render(text: str, style: Style, variables: Mapping[str, str]) -> Html:
    """The text for one reader. A variable that is absent or empty gives its fallback, or nothing."""
    return Html(
        "".join(
            [
                piece if isinstance(piece, str) else _value(variables.get(piece.name), piece.fallback)
                for piece in parse(text).pieces(style)
            ]
        )
    )


def _value(value: str | None, fallback: str | None) -> str:
    if not value:
        return fallback or ""
    return value if isinstance(value, Html) else escape(value)


@lru_cache(maxsize=8192)
def label(text: str, style: Style) -> str:
    """The text of a button: plain, with forms but without variables."""
    return "".join(piece for piece in parse(text).pieces(style) if isinstance(piece, str))


def labels(text: str) -> tuple[str, str]:
    """The label in either form."""
    return label(text, "ty"), label(text, "vy")


def variables_in(text: str) -> frozenset[Variable]:
    """Every use of a variable, in either form. Raises TemplateError."""
    template = parse(text)
    return frozenset(piece for piece in (*template.ty, *template.vy) if isinstance(piece, Variable))
