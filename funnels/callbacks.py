"""The 64 bytes behind an inline button of a funnel: `f:{version}:{step}:{action}`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

BACK = "b"
HOME = "h"

_DATA = re.compile(r"f:(0|[1-9][0-9]{0,9}):([a-z][a-z0-9_]{0,23}):(b|h|0|[1-9][0-9]?)")


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed inline button. `action` is BACK, HOME or the button's number in reading order, from 0."""

    version: int
    step: str
    action: str


def encode(version: int, step: str, action: str) -> str:
    return f"f:{version}:{step}:{action}"


def decode(data: str) -> Press | None:
    """None for everything that `encode` does not make: the data comes from outside."""
    match = _DATA.fullmatch(data)
    return Press(int(match[1]), match[2], match[3]) if match else None
