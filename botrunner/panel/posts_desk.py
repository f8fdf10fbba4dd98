"""What the modules of posts share: who may, which revision, and what is answered to a decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypedDict

from botrunner.panel.visit import Messages, Visit
from content.messages import Html
from content.models import Post
from content.services.posts.decision import Decision, Outcome
from funnels.panel_words import PanelPress
from funnels.post_desk_words import PostPress, read_post_press
from funnels.services.post_cards import mark_shown
from funnels.services.post_speech import PostSpeech
from partners.models import Partner

OnPress = Callable[[Visit, PanelPress], Messages | None]
Answer = Callable[[Visit, PostSpeech, Post, PostPress], Messages]


def speech_for(visit: Visit) -> PostSpeech | None:
    """Only for the partner in person: posts speak in their name."""
    partner = Partner.objects.get(pk=visit.partner_id)
    return PostSpeech.of(partner) if partner.telegram_id == visit.telegram_id else None


def for_partner(answer: Callable[[Visit, PostSpeech, PanelPress], Messages]) -> OnPress:
    def on_press(visit: Visit, press: PanelPress) -> Messages | None:
        speech = speech_for(visit)
        return answer(visit, speech, press) if speech else None

    return on_press


def of_post(answer: Answer) -> OnPress:
    """The wall shows only this partner's; one that is gone is told."""

    @for_partner
    def on_press(visit: Visit, speech: PostSpeech, panel_press: PanelPress) -> Messages:
        press = read_post_press(panel_press)
        posts = Post.objects.select_related("partner", "picture").filter(partner=visit.partner_id)
        post = posts.filter(pk=press.post_id).first() if press else None
        if press is None or post is None:
            return (speech.plain("gone", edits=True),)
        return answer(visit, speech, post, press)

    return on_press


def of_revision(answer: Answer) -> OnPress:
    """For what only asks: an old button shows what has become of the post meanwhile."""

    @of_post
    def on_press(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
        if post.revision != press.revision:
            return (speech.plain("stale", edits=True), *whole(speech, post))
        if post.state not in (Post.State.PENDING, Post.State.FAILED):
            return (speech.card(post, edits=True),)
        return answer(visit, speech, post, press)

    return on_press


class About(TypedDict):
    """Which revision is decided about, by whom and when."""

    post_id: int
    revision: int
    by: str
    now: datetime


def about(visit: Visit, speech: PostSpeech, press: PostPress) -> About:
    return About(post_id=press.post_id, revision=press.revision, by=speech.partner.name, now=visit.now)


def whole(speech: PostSpeech, post: Post) -> Messages:
    """The post as it will be, and its card."""
    mark_shown(post)
    return speech.shown(post)


def decided(speech: PostSpeech, decision: Decision, *, edits: bool = True) -> Messages:
    """`edits`: the card whose button was pressed is there to be changed."""
    post = decision.post
    match decision.outcome:
        case Outcome.DONE:
            return (speech.card(post, edits=edits),)
        case Outcome.STALE:
            return (speech.plain("stale", edits=edits), *whole(speech, post))
        case Outcome.LATE:
            return (speech.card(post, note=speech.late(decision.act), edits=edits),)
        case Outcome.REFUSED:
            why = [speech.line("refused"), speech.told(finding.sentence for finding in decision.findings)]
            return (speech.card(post, note=Html("\n".join(why)), edits=edits),)


def changed(speech: PostSpeech, decision: Decision, *, edits: bool = True) -> Messages:
    """The same for what makes another revision at once: that one is shown."""
    if not decision.done:
        return decided(speech, decision, edits=edits)
    old = (speech.plain("changed", edits=True),) if edits else ()
    return (*old, *whole(speech, decision.post))
