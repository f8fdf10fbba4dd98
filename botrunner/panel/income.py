"""/my_income: what the pay plan's table pays for a month with these volumes."""

from __future__ import annotations

from decimal import Decimal

from botrunner.panel.visit import Commands, Messages, Presses, Typing, Visit
from content.income import MOST_OWN, MOST_STRUCTURE, Unreadable, estimate, read_pv
from content.messages import Message
from funnels import income_view
from funnels.panel_words import PanelCommand, PanelPress
from funnels.services import panel_asks
from funnels.services.presets import income_texts

OWN, STRUCTURE = "income_own", "income_group"


def command(visit: Visit, _command: PanelCommand) -> Messages:
    return (_ask_own(visit, edits=False),)


def start(visit: Visit, _press: PanelPress) -> Messages:
    return (_ask_own(visit, edits=True),)


def own(visit: Visit, press: PanelPress) -> Messages:
    """The press brings the own volume."""
    try:
        return (_ask_structure(visit, read_pv(press.argument, MOST_OWN), edits=True),)
    except Unreadable:
        return (_ask_own(visit, edits=True),)


def both(visit: Visit, press: PanelPress) -> Messages:
    """The press brings both volumes."""
    mine, _dash, theirs = press.argument.partition("-")
    try:
        return (_result(visit, read_pv(mine, MOST_OWN), read_pv(theirs, MOST_STRUCTURE), edits=True),)
    except Unreadable:
        return (_ask_own(visit, edits=True),)


def typed_own(visit: Visit, _argument: str, text: str) -> Messages:
    try:
        return (_ask_structure(visit, read_pv(text, MOST_OWN), edits=False),)
    except Unreadable as error:
        return (income_view.fault(income_texts(), visit.script.partner.style, error.fault, of_own=True),)


def typed_structure(visit: Visit, own: str, text: str) -> Messages:
    try:
        return (_result(visit, Decimal(own), read_pv(text, MOST_STRUCTURE), edits=False),)
    except Unreadable as error:
        return (income_view.fault(income_texts(), visit.script.partner.style, error.fault, of_own=False),)


def _ask_own(visit: Visit, *, edits: bool) -> Message:
    _wait(visit, OWN)
    return income_view.ask_own(income_texts(), visit.script.partner.style, visit.script.plan, edits=edits)


def _ask_structure(visit: Visit, own: Decimal, *, edits: bool) -> Message:
    _wait(visit, f"{STRUCTURE}:{own}")
    return income_view.ask_structure(income_texts(), visit.script.partner.style, own, edits=edits)


def _result(visit: Visit, own: Decimal, structure: Decimal, *, edits: bool) -> Message:
    panel_asks.forget(partner_id=visit.partner_id, telegram_id=visit.telegram_id)
    found = estimate(visit.script.plan, own=own, structure=structure)
    return income_view.result(income_texts(), visit.script.partner.style, visit.script.plan, found, edits=edits)


def _wait(visit: Visit, what: str) -> None:
    panel_asks.ask(partner_id=visit.partner_id, telegram_id=visit.telegram_id, what=what, now=visit.now)


COMMANDS: Commands = {"/my_income": command}
PRESSES: Presses = {"income_start": start, "income_own": own, "income": both}
TYPED: Typing = {OWN: typed_own, STRUCTURE: typed_structure}
