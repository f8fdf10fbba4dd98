"""What a broadcast says: its text, its advert mark, the last look. In the partner's own chat with the bot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from botrunner.panel.broadcast_desk import of_draft, only_drop, speech_for
from botrunner.panel.visit import Messages, Presses, Visit
from content.messages import Button, Html, Message, escape
from funnels.broadcast_words import Say
from funnels.models import Broadcast
from funnels.segments import Segment
from funnels.services import broadcast_drafts as drafts
from funnels.services.audience import Audience, count
from funnels.services.broadcast_speech import Speech, people, to_people
from partners.strict_yaml import Problem

WAITS = timedelta(hours=2)  # for a text; what is typed later is a question like anybody's
MARK = Html("<code>{first_name|друзья}</code>")


def ask_text(visit: Visit, speech: Speech, draft: Broadcast, audience: Audience) -> Messages:
    drafts.ask(broadcast=draft, what="text", now=visit.now)
    values = {
        "group": speech.group(draft),
        "people": people(audience.eligible),
        "left_out": speech.left_out(audience.left_out),
        "mark": MARK,
    }
    return (speech.plain("ask_text", values, buttons=only_drop(speech, draft), edits=True),)


def typed(visit: Visit, text: str, html: str) -> Messages | None:
    """`html` is the text as it was formatted. None when nothing is waited for."""
    draft = waiting_draft(visit)
    speech = speech_for(visit) if draft else None
    if draft is None or speech is None:
        return None
    if draft.asks == "mark":
        return _got_mark(visit, speech, draft, text)
    drafts.write(broadcast=draft, text=html or escape(text))
    if problems := drafts.text_problems(draft):
        return (_problems(speech, "wrong", problems, draft),)
    drafts.ask(broadcast=draft, what="", now=visit.now)
    return _looked_at(visit, speech, draft)


def waiting_draft(visit: Visit) -> Broadcast | None:
    asked = Broadcast.objects.exclude(asks="").filter(state=Broadcast.State.DRAFT, asked_at__gt=visit.now - WAITS)
    mine = asked.filter(partner_id=visit.partner_id, author_telegram_id=visit.telegram_id)
    return mine.select_related("partner").first()


def cancel_typed(visit: Visit) -> Messages | None:
    """«Отмена» or /cancel; None when nothing is waited for."""
    draft = waiting_draft(visit)
    speech = speech_for(visit) if draft else None
    if draft is None or speech is None:
        return None
    drafts.discard(broadcast=draft)
    return (speech.plain("dropped"),)


def _got_mark(visit: Visit, speech: Speech, draft: Broadcast, text: str) -> Messages:
    erid, _space, advertiser = text.strip().partition(" ")
    drafts.mark(broadcast=draft, erid=erid, advertiser=advertiser)
    if problems := drafts.mark_problems(draft):
        return (_problems(speech, "wrong_mark", problems, draft),)
    drafts.ask(broadcast=draft, what="", now=visit.now)
    return _looked_at(visit, speech, draft)


def _problems(speech: Speech, key: Say, problems: Sequence[Problem], draft: Broadcast) -> Message:
    told = Html("\n".join(speech.line("problem", problem=problem.sentence) for problem in problems[:5]))
    return speech.plain(key, {"problems": told}, buttons=only_drop(speech, draft))


def _looked_at(visit: Visit, speech: Speech, draft: Broadcast) -> Messages:
    sample = drafts.preview(draft)
    assert sample is not None  # it has no problems
    return (speech.plain("preview"), sample, next_step(visit, speech, draft, edits=False))


def next_step(visit: Visit, speech: Speech, draft: Broadcast, *, edits: bool = True) -> Message:
    """The advert question or, answered, the last look before it goes out."""
    change = (speech.button("text", "bc_text", draft.pk),)
    drop = (speech.button("drop", "bc_drop", draft.pk),)
    if drafts.mark_problems(draft):
        none, some = speech.button("no_advert", "bc_noad", draft.pk), speech.button("advert", "bc_ad", draft.pk)
        buttons = ((none,), (some,), change, drop)
        return speech.plain("ask_mark", {"name": speech.partner.name}, buttons=buttons, edits=edits)
    audience = count(partner_id=visit.partner_id, segment=Segment.read(draft.segment), now=visit.now)
    send = speech.button("send", "bc_send", draft.pk)
    rows = (
        (speech.button("test", "bc_test", draft.pk),),
        (Button(f"{send.text} {to_people(audience.eligible)}", send.callback),),
        (speech.button("link_off" if draft.button_slot else "link_on", "bc_link", draft.pk),),
        (*change, speech.button("change_mark", "bc_mark", draft.pk)),
    )
    summary = Html(_whom(speech, draft, audience) + "\n" + _mark(speech, draft))
    return speech.plain("ready", {"summary": summary}, buttons=(*rows, drop), edits=edits)


def _whom(speech: Speech, draft: Broadcast, audience: Audience) -> str:
    whom = speech.line("whom", group=speech.group(draft), people=people(audience.eligible))
    return whom + speech.left_out(audience.left_out)


def _mark(speech: Speech, draft: Broadcast) -> str:
    if draft.no_advert_by:
        return speech.line("no_advert", name=draft.no_advert_by)
    return speech.line("advert", advertiser=draft.advertiser, erid=draft.erid)


@of_draft
def change_text(visit: Visit, speech: Speech, draft: Broadcast) -> Messages:
    audience = count(partner_id=visit.partner_id, segment=Segment.read(draft.segment), now=visit.now)
    return ask_text(visit, speech, draft, audience)


@of_draft
def change_mark(visit: Visit, speech: Speech, draft: Broadcast) -> Messages:
    drafts.mark(broadcast=draft)
    return (next_step(visit, speech, draft),)


@of_draft
def no_advert(visit: Visit, speech: Speech, draft: Broadcast) -> Messages:
    drafts.mark(broadcast=draft, no_advert_by=speech.partner.name)
    return (next_step(visit, speech, draft),)


@of_draft
def advert(visit: Visit, speech: Speech, draft: Broadcast) -> Messages:
    drafts.ask(broadcast=draft, what="mark", now=visit.now)
    return (speech.plain("ask_erid", buttons=only_drop(speech, draft), edits=True),)


@of_draft
def link(visit: Visit, speech: Speech, draft: Broadcast) -> Messages:
    words = "" if draft.button_slot else speech.words.shop_button
    drafts.set_button(broadcast=draft, text=words, slot="shop" if words else "")
    return (next_step(visit, speech, draft),)


@of_draft
def drop(visit: Visit, speech: Speech, draft: Broadcast) -> Messages:
    drafts.discard(broadcast=draft)
    return (speech.plain("dropped", edits=True),)


PRESSES: Presses = {
    "bc_text": change_text,
    "bc_mark": change_mark,
    "bc_noad": no_advert,
    "bc_ad": advert,
    "bc_link": link,
    "bc_drop": drop,
}
