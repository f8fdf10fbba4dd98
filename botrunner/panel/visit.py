"""Who comes to the panel, and what a service of the panel is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from content.messages import Message
from funnels.panel_words import PanelCommand, PanelPress
from funnels.services.script import Script


@dataclass(frozen=True, slots=True)
class Visit:
    """One act of the partner, or of a helper, in their own bot."""

    partner_id: int
    telegram_id: int
    script: Script
    now: datetime


Messages = tuple[Message, ...]
# None: not for this visitor, the act goes on as anybody's.
Presses = Mapping[str, Callable[[Visit, PanelPress], Messages | None]]
Commands = Mapping[str, Callable[[Visit, PanelCommand], Messages | None]]
