"""What does not belong into a document: links that are not slots, people's phones, claims, orders to the bot. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

from content.claims import find_claims
from content.contacts import contacts
from content.knowledge.instructions import instructions

MOST = 50

SLOTS = frozenset({"shop_link", "registration_link"})
_SLOT = re.compile(r"\{([a-z_]{1,40})\}")
_BLOCK = re.compile(r".+?(?:\n\s*\n|\Z)", re.DOTALL)


class Fault(StrEnum):
    LINK = "link"
    SLOT = "slot"
    PERSON = "person"
    CLAIM = "claim"
    INSTRUCTION = "instruction"


@dataclass(frozen=True, slots=True)
class Finding:
    """`line` counts from 1; of personal data only the beginning is repeated."""

    fault: Fault
    line: int
    quote: str

    def row(self) -> dict[str, str | int]:
        return {key: str(value) if isinstance(value, Fault) else value for key, value in asdict(self).items()}


def findings(text: str, title: str = "") -> list[Finding]:
    """The first ones, in the order of the text; those of the title are in its first line."""
    return list(dict.fromkeys((*_findings(title), *_findings(text))))[:MOST]


def _findings(text: str) -> list[Finding]:
    found: list[Finding] = []
    line = 1
    for block in _BLOCK.findall(text):
        for fault, start, end in sorted(_in_block(block), key=lambda one: one[1]):
            quote = " ".join(block[start:end].split())
            short = f"{quote[:4]}…" if fault is Fault.PERSON else quote[:80]
            found.append(Finding(fault, line + block.count("\n", 0, start), short))
        line += block.count("\n")
        if len(found) >= MOST:
            break
    return found


def _in_block(block: str) -> Iterator[tuple[Fault, int, int]]:
    reached = 0
    for contact in sorted(contacts(block), key=lambda one: one.start):
        if contact.start >= reached:
            yield Fault(contact.kind), contact.start, contact.end
        reached = max(reached, contact.end)
    for match in _SLOT.finditer(block):
        if match[1] not in SLOTS:
            yield Fault.SLOT, *match.span()
    for claim in find_claims(block):
        yield Fault.CLAIM, claim.start, claim.end
    for start, end in instructions(block):
        yield Fault.INSTRUCTION, start, end
