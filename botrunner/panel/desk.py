"""Which of the panel's services answers; behind the partner's door, in the transaction of the update."""

from __future__ import annotations

from botrunner.panel import leads
from botrunner.panel.visit import Commands, Messages, Presses, Visit
from funnels.panel_words import PanelCommand, PanelPress
from funnels.services.turns import Turn, Typed

PRESSES: Presses = {**leads.PRESSES}
COMMANDS: Commands = {}


def answer(visit: Visit, turn: Turn) -> Messages | None:
    """None for what the partner does as anybody may: trying the own funnel, say."""
    match turn.act:
        case PanelPress(word) if word in PRESSES:
            return PRESSES[word](visit, turn.act)
        case PanelCommand(name) if name in COMMANDS:
            return COMMANDS[name](visit, turn.act)
        case Typed(text):
            return typed(visit, text)
        case _:
            return None


def typed(visit: Visit, text: str) -> Messages | None:
    """A text that the panel waits for; None while it waits for none."""
    return None
