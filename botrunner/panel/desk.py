"""Which of the panel's services answers; behind the partner's door, in the transaction of the update."""

from __future__ import annotations

from botrunner.panel import broadcast_draft, broadcasts, hot, leads, post_numbers, reminders
from botrunner.panel.visit import Commands, Messages, Presses, Visit
from funnels.dialogue import Cancel
from funnels.engine import menu_button
from funnels.panel_words import PanelCommand, PanelPress
from funnels.services.talk import CANCELS
from funnels.services.turns import Turn, Typed
from funnels.services.unreachable import reached

PRESSES: Presses = {**leads.PRESSES, **broadcasts.PRESSES, **hot.PRESSES, **reminders.PRESSES, **post_numbers.PRESSES}
COMMANDS: Commands = {**broadcasts.COMMANDS, **hot.COMMANDS, **post_numbers.COMMANDS}


def answer(visit: Visit, turn: Turn) -> Messages | None:
    """None for what the partner does as anybody may: trying the own funnel, say."""
    reached(partner_id=visit.partner_id, telegram_id=visit.telegram_id)
    match turn.act:
        case PanelPress(word) if word in PRESSES:
            return PRESSES[word](visit, turn.act)
        case PanelCommand(name) if name in COMMANDS:
            return COMMANDS[name](visit, turn.act)
        case Typed():
            return typed(visit, turn.act)
        case Cancel():
            return broadcast_draft.cancel_typed(visit)
        case _:
            return None


def typed(visit: Visit, act: Typed) -> Messages | None:
    """A text that the panel waits for; None while it waits for none, and for a button of the menu."""
    if menu_button(visit.script.funnel, act.text) is not None:
        return None
    if act.text.strip().casefold() in CANCELS:
        return broadcast_draft.cancel_typed(visit)
    return broadcast_draft.typed(visit, act.text, act.html)
