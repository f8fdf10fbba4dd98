"""Who comes to the panel, and what a service of the panel is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from content.messages import Message
from funnels.panel_words import PanelCommand, PanelPress
from funnels.services.script import Script

Role = Literal["owner", "helper"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One act of the partner, or of a helper, in their own bot."""

    partner_id: int
    telegram_id: int
    script: Script
    now: datetime

    @property
    def signature(self) -> str:
        """In the audit log."""
        return f"Telegram {self.telegram_id}"

    @property
    def role(self) -> Role:
        return "owner" if self.telegram_id == self.script.owner_id else "helper"


Messages = tuple[Message, ...]
# None: not for this visitor, the act goes on as anybody's.
Presses = Mapping[str, Callable[[Visit, PanelPress], Messages | None]]
Commands = Mapping[str, Callable[[Visit, PanelCommand], Messages | None]]
# What is typed when the panel waits for it: (visit, the argument of what it waits for, the text).
Typing = Mapping[str, Callable[[Visit, str, str], Messages]]
