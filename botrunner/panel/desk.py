"""Which of the panel's services answers; behind the partner's door, in the transaction of the update."""

from __future__ import annotations

from botrunner.panel import broadcast_draft, broadcasts, hot, leads, post_numbers, posts, posts_write, reminders, topics
from botrunner.panel.posts_desk import speech_for
from botrunner.panel.visit import Commands, Messages, Presses, Visit
from funnels.dialogue import Cancel
from funnels.engine import menu_button
from funnels.panel_words import PanelCommand, PanelPress
from funnels.services import post_asks
from funnels.services.talk import CANCELS
from funnels.services.turns import Turn, Typed
from funnels.services.unreachable import reached

PRESSES: Presses = {
    **leads.PRESSES,
    **broadcasts.PRESSES,
    **posts.PRESSES,
    **hot.PRESSES,
    **reminders.PRESSES,
    **post_numbers.PRESSES,
}
COMMANDS: Commands = {
    **broadcasts.COMMANDS,
    **posts.COMMANDS,
    **hot.COMMANDS,
    **post_numbers.COMMANDS,
    **topics.COMMANDS,
}


def answer(visit: Visit, turn: Turn) -> Messages | None:
    """None for what the partner does as anybody may: trying the own funnel, say."""
    reached(partner_id=visit.partner_id, telegram_id=visit.telegram_id)
    if isinstance(turn.act, PanelPress | PanelCommand):
        leave_post(visit)
    match turn.act:
        case PanelPress(word) if word in PRESSES:
            return PRESSES[word](visit, turn.act)
        case PanelCommand(name) if name in COMMANDS:
            return COMMANDS[name](visit, turn.act)
        case Typed():
            return typed(visit, turn.act)
        case Cancel():
            return cancel(visit)
        case _:
            return None


def typed(visit: Visit, act: Typed) -> Messages | None:
    """A text that the panel waits for; None while it waits for none, and for a button of the menu."""
    if menu_button(visit.script.funnel, act.text) is not None:
        return None
    if act.text.strip().casefold() in CANCELS:
        return cancel(visit)
    return posts_write.typed(visit, act.text, act.html) or broadcast_draft.typed(visit, act.text, act.html)


def cancel(visit: Visit) -> Messages | None:
    return posts_write.cancel_typed(visit) or broadcast_draft.cancel_typed(visit)


def leave_post(visit: Visit) -> None:
    """Whoever goes on to something else has no more to say about the post; a helper's press is not the partner's."""
    if speech_for(visit):
        post_asks.forget(partner_id=visit.partner_id)
