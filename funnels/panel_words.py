"""What a partner does in their own bot, and the 64 bytes behind its buttons: `p:{word}:{id}[:{argument}]`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PanelPress:
    """A press of a button that only the partner gets; from anybody else it is the button of a funnel long gone."""

    word: str
    id: int
    argument: str = ""


@dataclass(frozen=True, slots=True)
class PanelCommand:
    """A command that is no lead's, like /broadcast: for anybody but the partner it does not exist."""

    name: str
    argument: str = ""


_DATA = re.compile(r"p:([a-z_]{1,16}):(0|[1-9][0-9]{0,17})(?::([a-z0-9_.-]{1,24}))?")


def panel_data(word: str, id_: int = 0, argument: str = "") -> str:
    return f"p:{word}:{id_}:{argument}" if argument else f"p:{word}:{id_}"


def decode_panel(data: str) -> PanelPress | None:
    """None for everything that `panel_data` does not make: the data comes from outside."""
    found = _DATA.fullmatch(data)
    return PanelPress(found[1], int(found[2]), found[3] or "") if found else None
