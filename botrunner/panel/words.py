"""The panel's texts in the mouth of one partner's bot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from botrunner.panel.visit import Visit
from content import russian
from content.messages import Button, Html, Image, Message
from funnels.panel_texts import ButtonName, Rows, Say
from funnels.services.presets import panel_texts


def told(
    visit: Visit,
    key: Say,
    values: Mapping[str, str] | None = None,
    *,
    buttons: Rows = (),
    edits: bool = False,
    image: Image | None = None,
) -> Message:
    return Message(line(visit, key, values), buttons=buttons, edits=edits, image=image)


def line(visit: Visit, key: Say, values: Mapping[str, str] | None = None) -> Html:
    return panel_texts().line(key, visit.script.partner, values)


def button(visit: Visit, name: ButtonName, word: str, id_: int = 0, argument: str = "") -> Button:
    return panel_texts().button(name, visit.script.partner, word, id_, argument)


def people(count: int) -> str:
    """«1 человек», «2 человека», «5 человек»."""
    return russian.plural(count, "человек", "человека", "человек")


def moment(at: datetime, zone: str) -> str:
    """«25 ноября, 18:30» on the partner's clock."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{russian.day_and_month(local.date())}, {local:%H:%M}"


def shortened(text: str, most: int) -> str:
    """A name on a button."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
