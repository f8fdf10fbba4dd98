"""/my_settings: what a partner may change about themselves; each value by a button or typed."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from botrunner.panel.settings_fields import FIELDS, Field, Unreadable
from botrunner.panel.visit import Commands, Messages, Presses, Typing, Visit
from botrunner.panel.words import button, line, shortened, told
from content.messages import Button, Message
from funnels.panel_texts import Say
from funnels.panel_words import PanelCommand, PanelPress, panel_data
from funnels.services import panel_asks
from funnels.services.script import forget_script, script_for
from partners.models import Partner
from partners.services import own_settings

ASKS = "set"
STORY_SHOWN = 120
# Telegram sends a text of more than 4,096 characters as several messages, and its end alone is not what was meant.
LONG, REST = 4_000, 5  # characters; seconds in which the rest follows


def command(visit: Visit, _command: PanelCommand) -> Messages:
    return (_overview(visit, edits=False),)


def show(visit: Visit, _press: PanelPress) -> Messages:
    return (_overview(visit, edits=True),)


def ask(visit: Visit, press: PanelPress) -> Messages:
    field = FIELDS.get(press.argument)
    if field is None:
        return show(visit, press)
    if field.typed:
        _wait(visit, field)
    partner = Partner.objects.get(pk=visit.partner_id)
    choices = [
        Button(label, panel_data("set_to", 0, f"{field.key}.{key}")) for key, label in field.choices(visit, partner)
    ]
    rows = [tuple(choices[at : at + field.columns]) for at in range(0, len(choices), field.columns)]
    value = field.shown(visit, partner)
    back = (button(visit, "back", "settings"),)
    return (told(visit, field.title, {"value": value}, buttons=(*rows, back), edits=True),)


def choose(visit: Visit, press: PanelPress) -> Messages:
    key, _dot, choice = press.argument.partition(".")
    field = FIELDS.get(key)
    values = field.chosen(choice) if field else None
    if field is None or values is None:
        return show(visit, press)
    try:
        own_settings.change(partner_id=visit.partner_id, values=values, by=visit.signature, now=visit.now)
    except ValidationError:  # a choice that suits no longer
        return show(visit, press)
    return (_overview(_anew(visit), edits=True),)


def typed(visit: Visit, argument: str, text: str) -> Messages:
    """Until it is right the panel goes on waiting, and nothing is changed."""
    key, _colon, rest_until = argument.partition(":")
    field = FIELDS[key]
    try:
        if rest_until and visit.now.timestamp() < int(rest_until):
            raise Unreadable(field.wrong)
        values = field.read(text.strip())
        own_settings.change(partner_id=visit.partner_id, values=values, by=visit.signature, now=visit.now)
    except (Unreadable, ValidationError) as error:
        _wait(visit, field, rest=len(text) > LONG)
        wrong: Say = error.say if isinstance(error, Unreadable) else field.wrong
        return (told(visit, wrong, buttons=((button(visit, "back", "settings"),),)),)
    panel_asks.forget(partner_id=visit.partner_id, telegram_id=visit.telegram_id)
    visit = _anew(visit)
    return (told(visit, "saved"), _overview(visit, edits=False))


def _overview(visit: Visit, *, edits: bool) -> Message:
    partner = Partner.objects.get(pk=visit.partner_id)
    values = {field.key: field.shown(visit, partner) for field in FIELDS.values()}
    values["story"] = shortened(partner.story, STORY_SHOWN) or line(visit, "nothing")
    buttons = [button(visit, field.button, "set", 0, field.key) for field in FIELDS.values()]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    return told(visit, "settings", values, buttons=rows, edits=edits)


def _wait(visit: Visit, field: Field, *, rest: bool = False) -> None:
    what = f"{ASKS}:{field.key}" + (f":{visit.now.timestamp() + REST:.0f}" if rest else "")
    panel_asks.ask(partner_id=visit.partner_id, telegram_id=visit.telegram_id, what=what, now=visit.now)


def _anew(visit: Visit) -> Visit:
    """The bot speaks by the new settings at once."""
    forget_script(visit.partner_id)
    script = script_for(partner_id=visit.partner_id, now=visit.now)
    return Visit(visit.partner_id, visit.telegram_id, script, visit.now)


COMMANDS: Commands = {"/my_settings": command}
PRESSES: Presses = {"settings": show, "set": ask, "set_to": choose}
TYPED: Typing = {ASKS: typed}
