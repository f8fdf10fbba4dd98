"""A step of a sequence as the message that one lead gets. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from content import template
from content.messages import Button, Message
from funnels import callbacks, wishes
from funnels.facts import Facts
from funnels.phrases import ButtonName, Phrases
from funnels.render import sequence_variables
from funnels.schema import AskButton, ContactButton, GoButton, LinkButton
from funnels.sequence_schema import SequenceButton, SequenceStep, SnoozeButton


def compose(
    *, facts: Facts, phrases: Phrases, sequence: str, step: SequenceStep, text: str, may_ask_contact: bool
) -> Message:
    """`text` is the lead's variant of the step's."""
    rows = [
        tuple(_button(facts, f"{sequence}:{step.key}", button) for button in row)
        for row in _rows(step, may_ask_contact=may_ask_contact)
    ]
    if step.asks_contact and may_ask_contact and not _offers_contact(step):
        rows.insert(0, (_own(facts, phrases, "contact", wishes.CONTACT),))
    rows.append((_own(facts, phrases, "unsubscribe", wishes.wish("stop")),))
    said = template.render(text, facts.partner.style, sequence_variables(facts))
    return Message(said, buttons=tuple(rows), picture=step.picture)


def _rows(step: SequenceStep, *, may_ask_contact: bool) -> Iterator[tuple[SequenceButton, ...]]:
    """The author's buttons; none asks for a contact that must not be asked for."""
    for row in step.buttons:
        if kept := tuple(button for button in row if may_ask_contact or not isinstance(button, ContactButton)):
            yield kept


def _offers_contact(step: SequenceStep) -> bool:
    return any(isinstance(button, ContactButton) for row in step.buttons for button in row)


def _button(facts: Facts, where: str, button: SequenceButton) -> Button:
    label = template.label(button.text, facts.partner.style)
    if isinstance(button, LinkButton):
        return Button(label, url=facts.link(button.slot, where))
    return Button(label, callback_of(button))


def _own(facts: Facts, phrases: Phrases, name: ButtonName, callback: str) -> Button:
    return Button(template.label(phrases.buttons[name], facts.partner.style), callback)


def callback_of(button: GoButton | AskButton | SnoozeButton | ContactButton) -> str:
    match button:
        case GoButton():
            return callbacks.jump(button.to)
        case AskButton():
            return callbacks.ASK_NOW
        case SnoozeButton():
            return wishes.wish("snooze")
        case ContactButton():
            return wishes.CONTACT
