"""An answer without a model: the best passages, quoted with their titles. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from content.ai.answer_html import to_messages
from content.ai.quotable import quotable
from content.ai.sentences import whole_sentences
from content.ai.types import Passage, Slot
from content.messages import Html

LONGEST = (900, 400)  # characters of the first and of the second one that are quoted
# Headings and numbers of what is not quoted any more.
_LOOSE = re.compile(r"(?:\n\s*(?:#{1,6} [^\n]*|\d{1,3}[.)]|[-*+•]))+\s*\Z")
_SPECIAL = re.compile(r"([*_`~\[\]<>{}#|])")


def quote(passages: Sequence[Passage], slots: Mapping[str, Slot]) -> tuple[Html, ...]:
    """Empty if nothing may be quoted. Passages come best first; of one document only the best has its title."""
    quoted: list[str] = []
    titles: set[str] = set()
    for passage, longest in zip(_quotable(passages), LONGEST, strict=False):
        text = _LOOSE.sub("", whole_sentences(_under_title(passage), longest))
        heading = "" if passage.title in titles else f"<b>{_plain(passage.title)}</b>\n"
        titles.add(passage.title)
        as_of = f"\n<i>Данные на {passage.as_of:%d.%m.%Y}</i>" if passage.as_of else ""
        quoted.append(f"{heading}{text}{as_of}")
    return to_messages("\n\n".join(quoted), slots)


def _quotable(passages: Sequence[Passage]) -> Iterator[Passage]:
    return filter(None, map(quotable, passages))


def _under_title(passage: Passage) -> str:
    """Most documents begin with their title once more."""
    first, _end, rest = passage.text.strip().partition("\n")
    return rest if first.startswith("#") and first.strip("# ") == passage.title.strip() else passage.text


def _plain(title: str) -> str:
    """A title is no Markdown, and stays on its line."""
    return _SPECIAL.sub(lambda match: f"&#{ord(match[1])};", " ".join(title.split()).replace("&", "&amp;"))
