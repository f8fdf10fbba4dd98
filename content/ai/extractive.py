"""An answer without a model: the best passages, quoted with their titles. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from content.ai.answer_html import to_messages
from content.ai.sentences import whole_sentences
from content.ai.types import Passage, Slot
from content.messages import Html

MOST = 2
LONGEST = (900, 400)  # characters of the first and of the second one
_SPECIAL = re.compile(r"([*_`~\[\]<>{}#|])")


def quote(passages: Sequence[Passage], slots: Mapping[str, Slot]) -> tuple[Html, ...]:
    """Empty without passages. Passages come best first; of one document only the best is quoted with its title."""
    quoted: list[str] = []
    titles: set[str] = set()
    for passage, longest in zip(passages[:MOST], LONGEST, strict=False):
        text = whole_sentences(passage.text, longest)
        heading = "" if passage.title in titles else f"<b>{_plain(passage.title)}</b>\n"
        titles.add(passage.title)
        as_of = f"\n<i>Данные на {passage.as_of:%d.%m.%Y}</i>" if passage.as_of else ""
        quoted.append(f"{heading}{text}{as_of}")
    return to_messages("\n\n".join(quoted), slots)


def _plain(title: str) -> str:
    """A title is no Markdown, and stays on its line."""
    return _SPECIAL.sub(lambda match: f"&#{ord(match[1])};", " ".join(title.split()).replace("&", "&amp;"))
