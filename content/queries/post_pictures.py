"""Which pictures somebody who looks at a post is shown to choose from. Behind a door."""

from __future__ import annotations

from dataclasses import dataclass

from content.models import MediaItem, Post
from content.models.knowledge import owned_by

MOST = 23


@dataclass(frozen=True, slots=True)
class Suggestion:
    item: MediaItem
    shows_product: bool


def offered(post: Post) -> list[Suggestion]:
    """Those that show its product, then the newest; the post's own picture first."""
    live = MediaItem.objects.filter(owned_by(None) | owned_by(post.partner_id), retired_at=None)
    own = [post.picture] if post.picture and post.picture.retired_at is None else []
    fitting = list(live.filter(products__contains=[post.product])[:MOST]) if post.product else []
    shown = {item.pk: item for item in (*own, *fitting, *live[:MOST])}
    fits = {item.pk for item in fitting}
    return [Suggestion(item, item.pk in fits) for item in list(shown.values())[:MOST]]
