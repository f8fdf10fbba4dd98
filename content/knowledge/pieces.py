"""A document in the pieces that are searched and quoted. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from content.knowledge.chunking import passages
from content.knowledge.reading import Source
from content.knowledge.spacing import repair

SHORTEST = 20  # letters: below this nothing is said
_NAME_MARKS = re.compile(r"[-_/.]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """`text` as it was written; `readable` with its spaces put right, for searching and for showing."""

    headings: tuple[str, ...]
    text: str
    readable: str


def pieces(source: Source) -> Iterator[Piece]:
    mend = repair if source.torn else str
    for passage in passages(source.text):
        if sum(map(str.isalnum, passage.text)) >= SHORTEST:
            headings = tuple(mend(heading) for heading in passage.headings if heading != source.title)
            yield Piece(headings, passage.text, mend(passage.text))


def in_full(title: str, headings: Sequence[str], text: str) -> str:
    """A piece with what stands over it: alone, «от 3 до 7 дней» is about nothing."""
    return "\n".join([title, *headings, text])


def context(title: str, path: str) -> str:
    """What a document is about in a few words: its title and the name of its file."""
    return f"{title} {_NAME_MARKS.sub(' ', path.rsplit('.', 1)[0])}"
