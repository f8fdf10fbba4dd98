"""Posts that a partner has to decide about are shown to them once, in their chat with the bot."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from content.messages import Message
from content.models import OutboxMessage, Post
from content.outbox.promises import Promise, promise
from funnels.models import PostCard
from funnels.services.post_speech import PostSpeech
from partners.models import Bot

State = Post.State
TO_DECIDE = Q(state__in=[State.PENDING, State.UNKNOWN]) | Q(state=State.FAILED, due_at=None)
BATCH = 20


def due_partners() -> list[int]:
    """Who has not seen a post that waits for them, and can be told. All partners' door."""
    rows = _unseen().filter(partner__bot__isnull=False, partner__telegram_id__isnull=False)
    return list(rows.values_list("partner_id", flat=True).distinct().order_by())


def show_due(*, partner_id: int, now: datetime) -> int:
    """How many posts are on their way. Behind the partner's door; the promise and the mark are one transaction."""
    bot_id = Bot.objects.filter(partner=partner_id).values_list("pk", flat=True).first()
    posts = _unseen().filter(partner=partner_id).select_related("partner", "picture").order_by("changed_at", "pk")
    locked = list(posts.select_for_update(of=("self",), skip_locked=True)[:BATCH])
    if bot_id is None or not locked or not locked[0].partner.telegram_id:
        return 0
    speech = PostSpeech.of(locked[0].partner)
    promises = [one for post in locked for one in _promises(post, speech.shown(post), now)]
    lane = OutboxMessage.Lane.ALERT
    promise(partner_id=partner_id, bot_id=bot_id, lane=lane, promises=promises, now=now, source="posts")
    for post in locked:
        mark_shown(post)
    return len(locked)


def mark_shown(post: Post) -> None:
    """Also for what is shown as the answer to a press."""
    _card(post, shown=look_of(post))


def remember_offered(post: Post, pictures: Collection[int]) -> None:
    """«Другая» does not come back to a picture before all others were seen."""
    _card(post, offered=sorted(pictures))


def offered(post: Post) -> list[int]:
    return list(PostCard.objects.filter(post=post).values_list("offered", flat=True).first() or [])


def look_of(post: Post) -> str:
    """What changes when there is something new to decide."""
    return f"{post.state}:{post.revision}:{post.attempts}"


def _card(post: Post, **fields: object) -> None:
    PostCard.objects.update_or_create(post=post, defaults=fields, create_defaults={"partner": post.partner, **fields})


def _unseen() -> QuerySet[Post]:
    revision, attempts = Cast("revision", CharField()), Cast("attempts", CharField())
    look = Concat("state", Value(":"), revision, Value(":"), attempts)
    seen = PostCard.objects.filter(post=OuterRef("pk"), shown=OuterRef("look"))
    return Post.objects.filter(TO_DECIDE).alias(look=look).filter(~Exists(seen))


def _promises(post: Post, messages: tuple[Message, ...], now: datetime) -> Iterator[Promise]:
    chat_id = post.partner.telegram_id or 0
    for number, message in enumerate(messages):
        yield Promise(chat_id, f"post_card:{post.pk}:{look_of(post)}:{number}", message, now)
