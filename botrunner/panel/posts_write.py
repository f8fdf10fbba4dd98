"""What a partner writes about a post: a comment, an own text, a time, a reason, an advert mark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from botrunner.panel import broadcast_draft
from botrunner.panel.posts_desk import About, about, changed, decided, of_post, of_revision, speech_for, whole
from botrunner.panel.visit import Messages, Presses, Visit
from content.messages import Html, escape
from content.models import Post
from content.services.posts import desk
from funnels.models import PostCard
from funnels.moments import Unreadable, read_moment
from funnels.post_desk_words import PostPress, Say
from funnels.services import broadcast_drafts, post_asks
from funnels.services.post_speech import PostSpeech

Asks = PostCard.Asks


# What is asked for


def asked(visit: Visit, speech: PostSpeech, post: Post, what: PostCard.Asks, key: Say, **values: str) -> Messages:
    """One thing at a time: a broadcast that waits for its text waits no longer, but stays."""
    if draft := broadcast_draft.waiting_draft(visit):
        broadcast_drafts.ask(broadcast=draft, what="", now=visit.now)
    post_asks.ask(post=post, what=what, now=visit.now)
    leave = ((speech.button("leave", "po_look", post),),)
    return (speech.plain(key, values, buttons=leave, edits=True),)


@of_revision
def ask_comment(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    return asked(visit, speech, post, Asks.COMMENT, "ask_comment")


@of_revision
def ask_text(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    shop, registration = Html("<code>{shop_link}</code>"), Html("<code>{registration_link}</code>")
    return asked(visit, speech, post, Asks.TEXT, "ask_text", shop=shop, registration=registration)


@of_revision
def ask_time(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    return asked(
        visit, speech, post, Asks.TIME, "ask_time", now=speech.time(visit.now), example=_example(visit, speech)
    )


@of_revision
def ask_reason(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    return asked(visit, speech, post, Asks.REASON, "ask_reason")


@of_revision
def ask_mark(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    rows = (
        (speech.button("no_advert", "po_noad", post),),
        (speech.button("advert", "po_ad", post),),
        (speech.button("back", "po_look", post),),
    )
    return (speech.plain("ask_mark", {"name": speech.partner.name}, buttons=rows, edits=True),)


@of_revision
def ask_erid(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    return asked(visit, speech, post, Asks.MARK, "ask_erid")


# What needs no words


@of_post
def no_advert(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    return changed(speech, desk.mark(**about(visit, speech, press)))


@of_post
def again(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    decision = desk.regenerate(**about(visit, speech, press))
    if not decision.done:
        return decided(speech, decision)
    return (speech.plain("rewriting", edits=True),)


# What is written


def typed(visit: Visit, text: str, html: str) -> Messages | None:
    """`html` is the text as it was formatted. None when nothing is waited for."""
    card, speech = _waiting(visit)
    if card is None or speech is None:
        return None
    known = About(post_id=card.post_id, revision=card.revision, by=speech.partner.name, now=visit.now)
    try:
        answer = ANSWERS[Asks(card.asks)](visit, speech, known, text, html)
    except AskAgain as problem:
        leave = ((speech.button("leave", "po_look", card.post),),)
        return (speech.plain(problem.key, problem.values, buttons=leave),)
    post_asks.forget(partner_id=visit.partner_id)
    return answer


def cancel_typed(visit: Visit) -> Messages | None:
    """«Отмена» or /cancel; None when nothing is waited for."""
    card, speech = _waiting(visit)
    if card is None or speech is None:
        return None
    post_asks.forget(partner_id=visit.partner_id)
    return (speech.plain("left"), *whole(speech, card.post))


def _waiting(visit: Visit) -> tuple[PostCard | None, PostSpeech | None]:
    card = post_asks.waiting(partner_id=visit.partner_id, now=visit.now)
    return card, speech_for(visit) if card else None


Got = Callable[[Visit, PostSpeech, About, str, str], Messages]


class AskAgain(ValueError):
    """What was written cannot be read; `key` and `values` say why."""

    def __init__(self, key: Say, **values: str) -> None:
        super().__init__(key)
        self.key, self.values = key, values


def _comment(visit: Visit, speech: PostSpeech, known: About, text: str, html: str) -> Messages:
    decision = desk.rewrite(**known, comment=text)
    return (speech.plain("rewriting"),) if decision.done else decided(speech, decision, edits=False)


def _own_text(visit: Visit, speech: PostSpeech, known: About, text: str, html: str) -> Messages:
    return changed(speech, desk.edit(**known, text=html or escape(text)), edits=False)


def _time(visit: Visit, speech: PostSpeech, known: About, text: str, html: str) -> Messages:
    try:
        at = read_moment(text, visit.now.astimezone(speech.zone))
    except Unreadable as error:
        raise AskAgain("wrong_time", problem=speech.line(error.fault), example=_example(visit, speech)) from None
    return decided(speech, desk.schedule(**known, at=at), edits=False)


def _reason(visit: Visit, speech: PostSpeech, known: About, text: str, html: str) -> Messages:
    return decided(speech, desk.reject(**known, reason=text), edits=False)


def _mark(visit: Visit, speech: PostSpeech, known: About, text: str, html: str) -> Messages:
    erid, _space, advertiser = text.strip().partition(" ")
    if not advertiser.strip():
        raise AskAgain("wrong_mark")
    return changed(speech, desk.mark(**known, erid=erid, advertiser=advertiser), edits=False)


ANSWERS: dict[PostCard.Asks, Got] = {
    Asks.COMMENT: _comment,
    Asks.TEXT: _own_text,
    Asks.TIME: _time,
    Asks.REASON: _reason,
    Asks.MARK: _mark,
}


def _example(visit: Visit, speech: PostSpeech) -> str:
    """A time that would do."""
    day = visit.now.astimezone(speech.zone) + timedelta(days=3)
    return f"{day:%d.%m} 18:30"


PRESSES: Presses = {
    "po_ai": ask_comment,
    "po_text": ask_text,
    "po_again": again,
    "po_own": ask_time,
    "po_why": ask_reason,
    "po_mark": ask_mark,
    "po_noad": no_advert,
    "po_ad": ask_erid,
}
