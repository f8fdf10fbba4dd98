"""/broadcast: from the choice of people to the closing sum, in the partner's own chat with the bot."""

from __future__ import annotations

from dataclasses import replace

from botrunner.panel import broadcast_draft
from botrunner.panel.broadcast_desk import State, for_partner, of_broadcast, of_draft, shown, speech_for
from botrunner.panel.broadcast_draft import ask_text, next_step
from botrunner.panel.visit import Commands, Messages, Presses, Visit
from content.messages import Button, Message
from content.russian import number
from content.template import label
from funnels.broadcast_groups import FIRST, GROUPS, PAINS
from funnels.broadcast_words import Group, Say
from funnels.models import Broadcast
from funnels.panel_words import PanelCommand, PanelPress, panel_data
from funnels.services import broadcast_drafts as drafts
from funnels.services import broadcasts
from funnels.services.audience import count, counts
from funnels.services.broadcast_confirm import confirm
from funnels.services.broadcast_speech import Speech


def command(visit: Visit, _command: PanelCommand) -> Messages | None:
    speech = speech_for(visit)
    if speech is None:
        return None
    going_on = Broadcast.objects.filter(partner_id=visit.partner_id, state__in=broadcasts.GOING_ON).first()
    if going_on is None:
        return (_menu(visit, speech, edits=False),)
    return (shown(visit, speech, going_on, edits=False), _menu(visit, speech, edits=False))


# Whom


@for_partner
def menu(visit: Visit, speech: Speech, press: PanelPress) -> Messages:
    return (_menu(visit, speech, page=press.argument),)


def _menu(visit: Visit, speech: Speech, *, page: str = "", edits: bool = True) -> Message:
    groups = list(PAINS if page == "pains" else FIRST)
    found = counts(partner_id=visit.partner_id, segments=[GROUPS[name] for name in groups], now=visit.now)
    rows = [(_group_button(speech, name, size),) for name, size in zip(groups, found, strict=True)]
    other = speech.button("back", "bc_menu", 0) if page == "pains" else speech.button("pains", "bc_menu", 0, "pains")
    key: Say = "choose_pain" if page == "pains" else "choose"
    return speech.plain(key, buttons=(*rows, (other,)), edits=edits)


def _group_button(speech: Speech, name: Group, size: int) -> Button:
    text = f"{label(speech.words.groups[name], speech.style)} · {number(size)}"
    return Button(text, panel_data("bc_group", 0, name))


@for_partner
def choose(visit: Visit, speech: Speech, press: PanelPress) -> Messages:
    """A new draft; what the same person had begun before and never sent goes."""
    name = next((name for name in GROUPS if name == press.argument), None)
    if name is None:
        return (_menu(visit, speech),)
    segment = GROUPS[name]
    audience = count(partner_id=visit.partner_id, segment=segment, now=visit.now)
    if not audience.eligible:
        group = label(speech.words.groups[name], speech.style)
        nobody = speech.plain("nobody", {"group": group, "left_out": speech.left_out(audience.left_out)})
        return (Message(nobody.text, buttons=_menu(visit, speech).buttons, edits=True),)
    for older in Broadcast.objects.filter(author_telegram_id=visit.telegram_id, author=None, state=State.DRAFT):
        drafts.discard(broadcast=older)
    draft = drafts.create(partner=speech.partner, segment=segment, author_telegram_id=visit.telegram_id, now=visit.now)
    return ask_text(visit, speech, draft, audience)


# Out


@of_draft
def test(visit: Visit, speech: Speech, draft: Broadcast) -> Messages:
    note = speech.plain("test_note").text
    try:
        drafts.send_test(broadcast=draft, telegram_id=visit.telegram_id, note=note, now=visit.now)
    except drafts.NotPossible as refused:
        return (speech.plain("cannot", {"problems": str(refused)}),)
    return (speech.plain("tested"),)


@of_draft
def send(visit: Visit, speech: Speech, draft: Broadcast) -> Messages:
    try:
        confirm(broadcast=draft, now=visit.now)
    except drafts.NotPossible as refused:
        return (speech.plain("cannot", {"problems": str(refused)}),)
    return (shown(visit, speech, draft),)


@of_broadcast
def look(visit: Visit, speech: Speech, broadcast: Broadcast) -> Messages:
    if broadcast.state == State.DRAFT:
        return (next_step(visit, speech, broadcast),)
    return (shown(visit, speech, broadcast),)


@of_broadcast
def pause(visit: Visit, speech: Speech, broadcast: Broadcast) -> Messages:
    broadcasts.pause(broadcast=broadcast, now=visit.now)
    return (shown(visit, speech, broadcast),)


@of_broadcast
def resume(visit: Visit, speech: Speech, broadcast: Broadcast) -> Messages:
    broadcasts.resume(broadcast=broadcast, now=visit.now)
    return (shown(visit, speech, broadcast),)


@of_broadcast
def ask_cancel(visit: Visit, speech: Speech, broadcast: Broadcast) -> Messages:
    seen = shown(visit, speech, broadcast)
    if broadcast.state not in broadcasts.GOING_ON:
        return (seen,)
    sure = speech.progress(broadcast, visit.now, title="sure", edits=True)
    yes = speech.button("cancel_surely", "bc_end", broadcast.pk)
    return (replace(sure, buttons=((yes,), (speech.button("keep", "bc_look", broadcast.pk),))),)


@of_broadcast
def cancel(visit: Visit, speech: Speech, broadcast: Broadcast) -> Messages:
    broadcasts.cancel(broadcast=broadcast, now=visit.now)
    return (shown(visit, speech, broadcast),)


@for_partner
def sample(_visit: Visit, speech: Speech, _press: PanelPress) -> Messages:
    return (speech.plain("sample"),)


COMMANDS: Commands = {"/broadcast": command}
PRESSES: Presses = {
    **broadcast_draft.PRESSES,
    "bc_menu": menu,
    "bc_group": choose,
    "bc_test": test,
    "bc_send": send,
    "bc_look": look,
    "bc_pause": pause,
    "bc_resume": resume,
    "bc_cancel": ask_cancel,
    "bc_end": cancel,
    "bc_sample": sample,
}
