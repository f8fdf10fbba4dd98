"""Cuts a document into passages of about a thousand characters that know their headings. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SIZE = 1_200  # at most, before the last section; the mean is about a thousand
OVERLAP = 150
_SMALL = 200  # a section below this joins its neighbour
_FULL = 1.5  # a piece may be so many times the size before it is cut
_QUESTION = 250  # letters: what is longer is no heading

_HEADING = re.compile(r"(#{1,6})\s+(\S.*)")
_NUMBERED = re.compile(r"\s*\d{1,3}[.)]\s+([^\s.!?][^.!?]*)")
_ASKED = re.compile(r"\s*\*{0,2}([А-ЯЁA-Z«][^.!?]{8,200}\?)\**\s*")
_TABLE = re.compile(r"\s*\|.*\|\s*")
_SENTENCE = re.compile(r"(?<=[.!?…;])\s+|\s+(?=[•⦁✔])")
_RULE = re.compile(r"\s*[-=_*]{3,}\s*")


@dataclass(frozen=True, slots=True)
class Passage:
    """`headings`: the way to the passage, then the headings inside of it."""

    headings: tuple[str, ...]
    text: str


def passages(text: str, *, size: int = SIZE, overlap: int = OVERLAP) -> list[Passage]:
    """The passages of a Markdown or plain text, in its order."""
    return [
        Passage(section.headings, piece)
        for section in _packed(_sections(text), size)
        for piece in _pieces(section.text, size, overlap)
    ]


def _sections(text: str) -> Iterator[Passage]:
    """A section for every heading and every question of a list of questions."""
    path: list[tuple[int, str]] = []
    question = ""
    lines: list[str] = []
    every = text.split("\n")
    for at, line in enumerate(every):
        heading = _HEADING.fullmatch(line.rstrip())
        asked = "" if heading else _question(every, at)
        if heading or asked:
            yield from _section(path, question, lines)
            lines, question = [], asked
        if heading:
            level = len(heading[1])
            path = [*(entry for entry in path if entry[0] < level), (level, heading[2].strip())]
        if not _RULE.fullmatch(line):
            lines.append(line.rstrip())
    yield from _section(path, question, lines)


def _section(path: list[tuple[int, str]], question: str, lines: list[str]) -> Iterator[Passage]:
    text = "\n".join(lines).strip()
    if text:
        yield Passage((*(title for _level, title in path), *filter(None, [question])), text)


def _question(lines: list[str], at: int) -> str:
    """The question that begins in this line: of a numbered list, where it may run over several lines, or a line."""
    if asked := _ASKED.fullmatch(lines[at]):
        return asked[1]
    if not _NUMBERED.match(lines[at]):
        return ""
    text = " ".join(lines[at : at + 4])
    found = _NUMBERED.match(text)
    if found and text[found.end() : found.end() + 1] == "?" and len(found[1]) < _QUESTION:
        return " ".join(found[1].split()) + "?"
    return ""


def _packed(sections: Iterable[Passage], size: int) -> Iterator[Passage]:
    """Small neighbours together, as long as they fit."""
    held: Passage | None = None
    for section in sections:
        if held and _fit(held, section, size):
            more = tuple(heading for heading in section.headings if heading not in held.headings)
            held = Passage(held.headings + more, f"{held.text}\n{section.text}")
            continue
        if held:
            yield held
        held = section
    if held:
        yield held


def _fit(held: Passage, section: Passage, size: int) -> bool:
    if len(held.text) + len(section.text) >= size:
        return False
    small = min(len(held.text), len(section.text)) < _SMALL
    return small or held.headings[:1] == section.headings[:1]


def _pieces(text: str, size: int, overlap: int) -> Iterator[str]:
    """The text in pieces that begin with the end of the one before."""
    if len(text) <= size * _FULL:
        yield text
        return
    piece: list[str] = []
    carried = 0  # parts of the piece that the one before ended with
    for part in _parts(text, size):
        if len(piece) > carried and _length(piece) + len(part) > size:
            yield "\n".join(piece).strip()
            piece = _tail(piece, overlap)
            carried = len(piece)
        piece.append(part)
    yield "\n".join(piece).strip()


def _tail(piece: list[str], overlap: int) -> list[str]:
    tail: list[str] = []
    for part in reversed(piece):
        if _length(tail) + len(part) > overlap:
            break
        tail.insert(0, part)
    if not tail and not _TABLE.fullmatch(piece[-1].split("\n")[-1]):
        last = piece[-1][-overlap:]
        return [last[last.find(" ") + 1 :]]
    return tail


def _length(piece: list[str]) -> int:
    return sum(len(part) + 1 for part in piece)


def _parts(text: str, size: int) -> Iterator[str]:
    """What is not torn apart: lines, whole tables, sentences of a very long line."""
    table: list[str] = []
    for line in text.split("\n"):
        if _TABLE.fullmatch(line):
            table.append(line)
            continue
        yield from _table(table, size)
        table = []
        yield from _sentences(line, size)
    yield from _table(table, size)


def _table(rows: list[str], size: int) -> Iterator[str]:
    """A table in one part; of a very long one every part gets the head again."""
    head, piece = rows[:2], rows[:2]
    for row in rows[2:]:
        if len(piece) > 2 and _length(piece) + len(row) > size:
            yield "\n".join(piece)
            piece = list(head)
        piece.append(row)
    if piece:
        yield "\n".join(piece)


def _sentences(line: str, size: int) -> Iterator[str]:
    if len(line) <= size:
        yield line
        return
    for sentence in _SENTENCE.split(line):
        yield from (sentence[at : at + size] for at in range(0, len(sentence), size))
