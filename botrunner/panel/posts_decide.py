"""The buttons under a post: out now, out later, back, not at all, and what became of it."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from botrunner.panel.posts_desk import about, decided, of_post, of_revision, whole
from botrunner.panel.visit import Messages, Presses, Visit
from content.messages import Button
from content.models import Post
from content.services.posts import desk
from funnels.post_desk_words import ButtonName, PostPress, post_data
from funnels.services.post_speech import PostSpeech

FROM_LIST = "list"
SOON = {"h1": timedelta(hours=1), "h3": timedelta(hours=3)}
TOMORROW = {"t9": time(9), "t18": time(18)}
TIMES: tuple[tuple[tuple[ButtonName, str], ...], ...] = (
    (("in_1h", "h1"), ("in_3h", "h3")),
    (("tomorrow_9", "t9"), ("tomorrow_18", "t18")),
)


@of_post
def show(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    """From a list: the revision of today."""
    return whole(speech, post)


@of_post
def look(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    if post.revision != press.revision:
        return (speech.plain("stale", edits=True), *whole(speech, post))
    return (speech.card(post, edits=True),)


@of_post
def publish(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    return decided(speech, desk.approve_and_publish(**about(visit, speech, press)))


@of_revision
def choose_time(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    rows = [tuple(speech.button(name, "po_at", post, argument) for name, argument in row) for row in TIMES]
    own, back = speech.button("own_time", "po_own", post), speech.button("back", "po_look", post)
    now = {"now": speech.time(visit.now)}
    return (speech.plain("when", now, buttons=(*rows, (own,), (back,)), edits=True),)


@of_post
def schedule(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    at = _moment(speech, press.argument, visit.now)
    if at is None:
        return (speech.card(post, edits=True),)
    return decided(speech, desk.schedule(**about(visit, speech, press), at=at))


def _moment(speech: PostSpeech, name: str, now: datetime) -> datetime | None:
    if name in SOON:
        return now + SOON[name]
    if name not in TOMORROW:
        return None
    tomorrow = now.astimezone(speech.zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, TOMORROW[name], tzinfo=speech.zone)


@of_post
def withdraw(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    """Under its card, or from a list, where the post itself is not to be seen."""
    decision = desk.withdraw(**about(visit, speech, press))
    if press.argument == FROM_LIST and decision.done:
        return whole(speech, decision.post)
    return decided(speech, decision)


@of_revision
def ask_why(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    rows = [
        (Button(reason, post_data(PostPress("po_nope", post.pk, post.revision, key))),)
        for key, reason in speech.words.reasons.items()
    ]
    own, back = speech.button("own_reason", "po_why", post), speech.button("back", "po_look", post)
    return (speech.plain("why", buttons=(*rows, (own,), (back,)), edits=True),)


@of_post
def reject(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    reason = next((text for key, text in speech.words.reasons.items() if key == press.argument), "")
    return decided(speech, desk.reject(**about(visit, speech, press), reason=reason))


@of_post
def arrived(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    return decided(speech, desk.confirm_published(**about(visit, speech, press)))


@of_post
def publish_again(visit: Visit, speech: PostSpeech, post: Post, press: PostPress) -> Messages:
    return decided(speech, desk.publish_again(**about(visit, speech, press)))


PRESSES: Presses = {
    "po_show": show,
    "po_look": look,
    "po_pub": publish,
    "po_when": choose_time,
    "po_at": schedule,
    "po_back": withdraw,
    "po_no": ask_why,
    "po_nope": reject,
    "po_out": arrived,
    "po_retry": publish_again,
}
