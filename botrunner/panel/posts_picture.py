"""The picture of a post: another one of the library, one that is drawn for it, or none."""

from __future__ import annotations

from collections.abc import Iterator

from botrunner.panel.posts_desk import about, changed, of_revision
from botrunner.panel.visit import Messages, Presses, Visit
from content.messages import Html
from content.models import PictureOrder, Post
from content.services.posts import desk, ordering
from content.services.posts.pictures import choose
from funnels.post_desk_words import PostPress
from funnels.services.post_cards import offered, remember_offered
from funnels.services.post_speech import PostSpeech

Order = PictureOrder.State


@of_revision
def ask(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    rows = [(speech.button("other_picture", "po_other", post),), (speech.button("new_picture", "po_draw", post),)]
    if post.picture_id:
        rows.append((speech.button("no_picture", "po_bare", post),))
    rows.append((speech.button("back", "po_look", post),))
    now = Html("\n".join([speech.picture(post), *_drawn(speech, post)]))
    return (speech.plain("pictures", {"now": now}, buttons=tuple(rows), edits=True),)


def _drawn(speech: PostSpeech, post: Post) -> Iterator[Html]:
    """What is there to say about the last order, beside the picture that came of it."""
    order = ordering.last_order(post.pk)
    if order and order.state in (Order.WAITING, Order.ORDERED):
        yield speech.line("being_drawn")
    elif order and order.state == Order.FAILED:
        yield speech.line("not_drawn", reason=order.sentence)


@of_revision
def draw(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    """Takes minutes: the picture makes a revision of its own, which is shown when it is there."""
    if not ordering.can_draw(visit.partner_id):
        return (speech.card(post, note=speech.line("cannot_draw"), edits=True),)
    ordering.order(post_id=post.pk, now=visit.now)
    return (speech.card(post, note=speech.line("drawing"), edits=True),)


@of_revision
def other(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    """The next best one; after the last the first one comes again."""
    now = {post.picture_id} if post.picture_id else set()
    seen = now | set(offered(post))
    choice = choose(post, leave_out=seen)
    if choice is None:
        seen = now
        choice = choose(post, leave_out=seen)
    if choice is None:
        return (speech.card(post, note=speech.line("no_other_picture"), edits=True),)
    remember_offered(post, seen | {choice.item.id})
    known = about(visit, speech, press)
    return changed(speech, desk.set_picture(**known, media_id=choice.item.id, reason=choice.reason))


@of_revision
def none(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    return changed(speech, desk.set_picture(**about(visit, speech, press), media_id=None, reason=""))


PRESSES: Presses = {"po_pic": ask, "po_other": other, "po_draw": draw, "po_bare": none}
