"""What the bot waits for from a partner about a post: one thing at a time. Behind the partner's door."""

from __future__ import annotations

from datetime import datetime, timedelta

from content.models import Post
from funnels.models import PostCard

Asks = PostCard.Asks

WAITS = timedelta(hours=2)  # what is typed later is a question like anybody's


def ask(*, post: Post, what: PostCard.Asks, now: datetime) -> None:
    """About the post's revision as it is in the caller's hands."""
    forget(partner_id=post.partner_id)
    values = {"asks": what, "revision": post.revision, "asked_at": now}
    PostCard.objects.update_or_create(post=post, defaults=values, create_defaults={"partner": post.partner, **values})


def waiting(*, partner_id: int, now: datetime) -> PostCard | None:
    cards = PostCard.objects.exclude(asks="").filter(partner=partner_id, asked_at__gt=now - WAITS)
    return cards.select_related("post__partner", "post__picture").first()


def forget(*, partner_id: int) -> None:
    PostCard.objects.exclude(asks="").filter(partner=partner_id).update(asks="")
