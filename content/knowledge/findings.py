"""What does not belong into a document: links that are not slots, phones and addresses of people. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

MOST = 50

SLOTS = frozenset({"shop_link", "registration_link"})
_LINK = re.compile(r"(?:https?://|www\.|\bt\.me/|\bvk\.com/|\bwa\.me/|\binstagram\.com/)[^\s)>\]]+", re.IGNORECASE)
_SLOT = re.compile(r"\{([a-z_]{1,40})\}")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ACCOUNT = re.compile(r"(?<![\w.@/])@[A-Za-z]\w{3,31}")
# Ten digits and more, however they are grouped: an amount of money has fewer.
_PHONE = re.compile(r"(?<![\d\w,.])(?:\+\d|8[ (-])(?:[ ()-]{0,2}\d){9,13}(?!\d)")


class Fault(StrEnum):
    LINK = "link"
    SLOT = "slot"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Finding:
    """`line` counts from 1; of personal data only the beginning is repeated."""

    fault: Fault
    line: int
    quote: str

    def row(self) -> dict[str, str | int]:
        return {key: str(value) if isinstance(value, Fault) else value for key, value in asdict(self).items()}


def findings(text: str) -> list[Finding]:
    found = [finding for number, line in enumerate(text.split("\n"), 1) for finding in _in_line(line, number)]
    return found[:MOST]


def _in_line(line: str, number: int) -> Iterator[Finding]:
    for match in _LINK.finditer(line):
        yield Finding(Fault.LINK, number, match[0][:80])
    for match in _SLOT.finditer(line):
        if match[1] not in SLOTS:
            yield Finding(Fault.SLOT, number, match[0])
    rest = _LINK.sub(" ", line)
    for pattern in (_MAIL, _PHONE, _ACCOUNT):
        for match in pattern.finditer(rest):
            yield Finding(Fault.PERSON, number, match[0][:4] + "…")
        rest = pattern.sub(" ", rest)
