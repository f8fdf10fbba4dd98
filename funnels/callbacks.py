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


# Data that we never made, or not for this person: treated like the button of a funnel that is long gone.
FORGOTTEN = Press(version=0, step="forgotten", action="0")


@dataclass(frozen=True, slots=True)
class Jump:
    """A button outside the funnel that leads into it, to a step of the newest version: `g:{step}`."""

    step: str


@dataclass(frozen=True, slots=True)
class AskNow:
    """A button outside the funnel that invites a question."""


ASK_NOW = "a:ask"
_JUMP = re.compile(r"g:([a-z][a-z0-9_]{0,23})")


def jump(step: str) -> str:
    return f"g:{step}"


def decode_outside(data: str) -> Jump | AskNow | None:
    if data == ASK_NOW:
        return AskNow()
    found = _JUMP.fullmatch(data)
    return Jump(found[1]) if found else None


def encode(version: int, step: str, action: str) -> str:
    return f"f:{version}:{step}:{action}"


def decode(data: str) -> Press | None:
    """None for everything that `encode` does not make: the data comes from outside."""
    match = _DATA.fullmatch(data)
    return Press(int(match[1]), match[2], match[3]) if match else None
