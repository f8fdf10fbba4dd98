"""From a decision to the chat: one promise at a time, and what became of it. Behind the partner's door.

A picture and a text that is too long to stand under it are two messages: the text is promised when the picture is
there. The key of a promise is that of the revision and the attempt; only what certainly failed, or what a person has
looked at, becomes another attempt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from content.markup import CAPTION_LIMIT, telegram_length, visible
from content.messages import Html, Message
from content.models import OutboxMessage, Post, PostAct
from content.outbox.promises import Promise, promise, skip
from content.posts.kinds import shipped
from content.posts.links import published
from content.queries.post_checks import findings_of, mark_of
from content.services.posts.decision import CURATOR, Decision, done
from content.services.posts.tracking import post_links
from partners.models import Bot

State, Act, Sent = Post.State, PostAct.Act, OutboxMessage.State

BATCH = 50
LATEST = timedelta(hours=12)  # after its time a post does not go out by itself any more
BACK_OFF = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))  # after that a person must look
ARRIVED = "arrived"  # the reason of a message that a person has seen in the chat
DUE = (State.APPROVED, State.SCHEDULED, State.FAILED)


class Unplaced(RuntimeError):
    """There is nowhere to publish it; the sentence tells what is missing."""


@dataclass(frozen=True, slots=True)
class Place:
    bot_id: int
    chat_id: int
    thread_id: int | None


def due_partners(now: datetime) -> list[int]:
    """Whose posts are to be published, or being published. All partners' door."""
    rows = Post.objects.filter(Q(state__in=DUE, due_at__lte=now) | Q(state=State.PUBLISHING))
    return list(rows.values_list("partner_id", flat=True).distinct().order_by())


def begin_due(*, partner_id: int, now: datetime) -> int:
    """How many there were. The row and the promise change in one transaction."""
    posts = _locked(partner_id).filter(state__in=DUE, due_at__lte=now).order_by("due_at", "pk")[:BATCH]
    for post in posts:
        _begin(post, now)
    return len(posts)


def watch(*, partner_id: int, now: datetime) -> int:
    """Takes over what became of the promises; returns how many posts were looked at."""
    posts = list(_locked(partner_id).filter(state=State.PUBLISHING).order_by("pk"))
    for post in posts:
        _look(post, now)
    return len(posts)


def arrived(post: Post, *, by: str, now: datetime) -> Decision:
    """A person has seen the last message in the chat; what is still missing of the post follows.

    Where no row tells any more what was sent, the person saw all of it.
    """
    close(post, now, ARRIVED)
    post.attempts += 1
    post.reason, post.due_at = "", now
    if not _of_revision(post) or _next_part(post) is None:
        post.published_at, post.due_at = now, None
        return done(post, State.PUBLISHED, Act.PUBLISHED, by=by, now=now)
    return done(post, State.APPROVED, Act.APPROVED, by=by, now=now)


def close(post: Post, now: datetime, reason: str = "dropped") -> None:
    """What did not arrive for certain is decided: nobody sends it again from the outbox."""
    rows = _messages(post).filter(state__in=[Sent.FAILED, Sent.UNKNOWN]).select_for_update().order_by("pk")
    pks = list(rows.values_list("pk", flat=True))
    OutboxMessage.objects.filter(pk__in=pks).update(state=Sent.SKIPPED, reason=reason, finished_at=now)


def messages_of(post: Post, html: Html) -> tuple[Message, ...]:
    picture = post.picture.file.name if post.picture else ""
    if not picture:
        return (Message(html),)
    if telegram_length(visible(html)) <= CAPTION_LIMIT:
        return (Message(html, picture=picture),)
    return Message(Html(""), picture=picture), Message(html)


def _locked(partner_id: int) -> QuerySet[Post]:
    rows = Post.objects.select_for_update(of=("self",), skip_locked=True).select_related("partner", "picture")
    return rows.filter(partner=partner_id)


def _begin(post: Post, now: datetime) -> None:
    close(post, now)
    reason = _hindrance(post, now)
    if reason:
        _fail(post, reason, now, again=False)
        return
    try:
        place = _place(post)
    except Unplaced as error:
        _fail(post, str(error), now)
        return
    post.chat_id, post.thread_id, post.reason = place.chat_id, place.thread_id, ""
    done(post, State.PUBLISHING, Act.PUBLISHING, by=CURATOR, now=now)
    if not _promise_next(post, place.bot_id, now):
        _published(post, now, now)


def _hindrance(post: Post, now: datetime) -> str:
    """Why a person must look at it first: also what was right when it was approved, like an offer that is over."""
    if post.state != State.FAILED and post.due_at and post.due_at + LATEST < now:
        return _("Its time was over before it could be published.")
    return next((found.sentence for found in findings_of(post, now) if found.level == "blocks"), "")


def _place(post: Post) -> Place:
    """Raises Unplaced."""
    bot_id = Bot.objects.filter(partner=post.partner_id).values_list("pk", flat=True).first()
    if bot_id is None:
        raise Unplaced(_("The partner has no bot."))
    if not post.partner.group_id:
        raise Unplaced(_("There is no group to publish in: connect the partner's group first."))
    return Place(bot_id, post.partner.group_id, _thread(post))


def _thread(post: Post) -> int | None:
    """A group without any known topic is none with topics, or a channel."""
    topics, name = post.partner.topics, shipped().types[post.kind].topic
    if topics and name not in topics:
        raise Unplaced(_("The group has no topic “%(name)s”.") % {"name": name})
    return int(topics[name]) if topics else None


def _promise_next(post: Post, bot_id: int, now: datetime) -> bool:
    """False if all of it is in the chat."""
    part = _next_part(post)
    if part is None:
        return False
    number, message = part
    key = f"post:{post.pk}:{post.revision}:{post.attempts}:{number}"
    one = Promise(post.chat_id or 0, key, message, now, thread_id=post.thread_id, not_after=now + LATEST)
    lane, source = OutboxMessage.Lane.POST, _source(post)
    promise(partner_id=post.partner_id, bot_id=bot_id, lane=lane, promises=[one], now=now, source=source)
    return True


def _next_part(post: Post) -> tuple[int, Message] | None:
    """The first that is not in the chat yet."""
    html = published(Html(post.text), links=post_links(post), mark=mark_of(post))
    there = {int(row.dedupe_key.rpartition(":")[2]) for row in _of_revision(post) if _is_there(row)}
    parts = enumerate(messages_of(post, html))
    return next(((number, message) for number, message in parts if number not in there), None)


def _look(post: Post, now: datetime) -> None:
    rows = _of_revision(post)
    last = rows[-1] if rows else None
    match last.state if last else None:
        case Sent.SENT if last:
            post.message_id = last.message_id
            if not _promise_next(post, last.bot_id, now):
                _published(post, last.finished_at or now, now)
        case Sent.FAILED | Sent.SKIPPED if last:
            _fail(post, last.reason or _("It was not sent."), now)
        case Sent.UNKNOWN | None:
            post.reason, post.due_at = last.reason if last else "", None
            done(post, State.UNKNOWN, Act.UNKNOWN, by=CURATOR, now=now, comment=post.reason)
        case _ if last and last.not_after and last.not_after < now:
            # No runner has come for it: it is taken back, and the next look finds it skipped.
            skip(messages=_messages(post), reason="too late", now=now)


def _published(post: Post, at: datetime, now: datetime) -> None:
    """`at`: when Telegram had it, which nobody may have looked at until now."""
    post.published_at, post.reason, post.due_at = at, "", None
    done(post, State.PUBLISHED, Act.PUBLISHED, by=CURATOR, now=now)


def _fail(post: Post, reason: str, now: datetime, *, again: bool = True) -> None:
    """With another attempt later, for a while."""
    tries = again and post.attempts < len(BACK_OFF)
    post.due_at = now + BACK_OFF[post.attempts] if tries else None
    post.attempts += 1
    post.reason = reason[:200]
    done(post, State.FAILED, Act.FAILED, by=CURATOR, now=now, comment=reason)


def _source(post: Post) -> str:
    return f"post:{post.pk}"


def _messages(post: Post) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(partner=post.partner_id, source=_source(post))


def _of_revision(post: Post) -> Sequence[OutboxMessage]:
    return list(_messages(post).filter(dedupe_key__startswith=f"{_source(post)}:{post.revision}:").order_by("pk"))


def _is_there(row: OutboxMessage) -> bool:
    return row.state == Sent.SENT or (row.state == Sent.SKIPPED and row.reason == ARRIVED)
