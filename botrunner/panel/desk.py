"""Who may do what in the panel, and which of its services answers.

Behind the partner's door, in the transaction of the update.
"""

from __future__ import annotations

from collections.abc import Iterator

from botrunner.panel import (
    broadcast_draft,
    broadcasts,
    checklist,
    help_page,
    helpers,
    hot,
    income,
    lead_lists,
    leads,
    links,
    post_numbers,
    posts,
    posts_write,
    reels,
    reminders,
    settings,
    stats,
    topics,
    training,
)
from botrunner.panel.posts_desk import speech_for
from botrunner.panel.visit import Commands, Messages, Presses, Role, Typing, Visit
from botrunner.services import panel_menus
from funnels.dialogue import Cancel
from funnels.engine import menu_button
from funnels.panel_words import PanelCommand, PanelPress
from funnels.services import checklists, panel_asks, post_asks
from funnels.services.presets import panel_texts
from funnels.services.talk import CANCELS
from funnels.services.turns import Turn, Typed
from funnels.services.unreachable import reached
from funnels.wishes import Wish

# Helpers look after leads and read numbers; what speaks in the partner's name or changes it is the partner's alone.
HELPERS_PRESSES: Presses = {
    **leads.PRESSES,
    **lead_lists.PRESSES,
    **stats.PRESSES,
    **hot.PRESSES,
    **reminders.PRESSES,
    **post_numbers.PRESSES,
    **training.PRESSES,
    **reels.PRESSES,
}
HELPERS_COMMANDS: Commands = {
    **hot.COMMANDS,
    **lead_lists.COMMANDS,
    **stats.COMMANDS,
    **post_numbers.COMMANDS,
    **training.COMMANDS,
    **reels.COMMANDS,
}
OWNERS_PRESSES: Presses = {
    **broadcasts.PRESSES,
    **posts.PRESSES,
    **links.PRESSES,
    **helpers.PRESSES,
    **settings.PRESSES,
    **checklist.PRESSES,
    **income.PRESSES,
}
OWNERS_COMMANDS: Commands = {
    **broadcasts.COMMANDS,
    **posts.COMMANDS,
    **topics.COMMANDS,
    **links.COMMANDS,
    **helpers.COMMANDS,
    **settings.COMMANDS,
    **checklist.COMMANDS,
    **income.COMMANDS,
}
PRESSES: Presses = {**HELPERS_PRESSES, **OWNERS_PRESSES}
COMMANDS: Commands = {**HELPERS_COMMANDS, **OWNERS_COMMANDS}
TYPED: Typing = {**links.TYPED, **settings.TYPED, **income.TYPED}


def presses_of(role: Role) -> Presses:
    return PRESSES if role == "owner" else HELPERS_PRESSES


def commands_of(role: Role) -> Commands:
    return COMMANDS if role == "owner" else HELPERS_COMMANDS


def described(role: Role) -> list[tuple[str, str]]:
    """The commands of the role without their slash, and what they do."""
    return panel_texts().described(name.removeprefix("/") for name in commands_of(role))


def answer(visit: Visit, turn: Turn) -> Messages | None:
    """None for what the visitor does as anybody may: trying the own funnel, say."""
    reached(partner_id=visit.partner_id, telegram_id=visit.telegram_id)
    panel_menus.chat_is_open(partner_id=visit.partner_id, telegram_id=visit.telegram_id)
    said = _answer(visit, turn)
    checklists.saw(partner_id=visit.partner_id, telegram_id=visit.telegram_id, now=visit.now)
    return said


def _answer(visit: Visit, turn: Turn) -> Messages | None:
    presses, commands = presses_of(visit.role), commands_of(visit.role)
    if isinstance(turn.act, PanelPress | PanelCommand):
        leave(visit)
    match turn.act:
        case PanelPress(word) if word in presses:
            return presses[word](visit, turn.act)
        case PanelCommand(name) if name in commands:
            return commands[name](visit, turn.act)
        case Wish("help"):
            return help_page.show(visit, described(visit.role))
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
    return next(filter(None, _readers(visit, act)), None)


def _readers(visit: Visit, act: Typed) -> Iterator[Messages | None]:
    yield posts_write.typed(visit, act.text, act.html)
    waiting = panel_asks.waiting(partner_id=visit.partner_id, telegram_id=visit.telegram_id, now=visit.now)
    what, _colon, argument = waiting.partition(":")
    if what in TYPED:
        yield TYPED[what](visit, argument, act.text)
    yield broadcast_draft.typed(visit, act.text, act.html)


def cancel(visit: Visit) -> Messages | None:
    if said := posts_write.cancel_typed(visit):
        return said
    if panel_asks.forget(partner_id=visit.partner_id, telegram_id=visit.telegram_id):
        return (panel_texts().message("cancelled", visit.script.partner),)
    return broadcast_draft.cancel_typed(visit)


def leave(visit: Visit) -> None:
    """Whoever goes on to something else has no more to say about what the panel waited for."""
    panel_asks.forget(partner_id=visit.partner_id, telegram_id=visit.telegram_id)
    if speech_for(visit):  # a helper's press is not the partner's
        post_asks.forget(partner_id=visit.partner_id)
