"""What of a passage may be said, by us or by a model: a document can be careless, or somebody's trick. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from content.ai.types import Passage
from content.claims import find_claims
from content.contacts import contacts
from content.knowledge.instructions import instructions

SHORTEST = 20  # letters: below this nothing is said
_UNIT = re.compile(r"[^\n]+?(?:[.!?…]+[»\")*]*(?=\s)|(?=\n)|\Z)\s*|\n\s*")


@lru_cache(maxsize=1_000)
def quotable(passage: Passage) -> Passage | None:
    """Without the sentences that promise something or lead to somebody; None if nothing is left.

    A passage that gives orders is left out whole: what stands around an order belongs to it.
    """
    if any(instructions(f"{passage.title}\n{passage.text}")) or any(_unsaid(passage.title)):
        return None
    unsaid = list(_unsaid(passage.text))
    if not unsaid:
        return passage
    units = [
        unit[0]
        for unit in _UNIT.finditer(passage.text)
        if not any(start < unit.end() and end > unit.start() for start, end in unsaid)
    ]
    text = "".join(units).strip()
    return replace(passage, text=text) if sum(map(str.isalpha, text)) >= SHORTEST else None


def may_quote(passage: Passage) -> bool:
    return quotable(passage) is not None


def _unsaid(text: str) -> Iterator[tuple[int, int]]:
    yield from ((contact.start, contact.end) for contact in contacts(text))
    yield from ((claim.start, claim.end) for claim in find_claims(text))
