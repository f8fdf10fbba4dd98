"""Which picture of the library a post gets, and why. Behind a door."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from content.models import MediaItem, Post, Product
from content.models.knowledge import owned_by
from content.posts import pictures
from content.posts.pictures import Choice
from content.queries.library import used


def choose(post: Post, *, leave_out: Collection[int] = ()) -> Choice | None:
    """From the network's pictures and the partner's own: what shows the product, or what the post speaks of.

    None rather than a random one. `leave_out`: pictures that were offered already («другая»).
    """
    product = Product.objects.filter(key=post.product).first() if post.product else None
    name = product.name if product else ""
    return pictures.choose(_library(post), text=post.text, product=post.product, product_name=name, leave_out=leave_out)


def _library(post: Post) -> Iterator[pictures.MediaItem]:
    """With the partner's own use of each: what others have posted does not wear a picture out."""
    uses = used(partner_id=post.partner_id)
    live = MediaItem.objects.filter(owned_by(None) | owned_by(post.partner_id), retired_at=None)
    for pk, keywords, products in live.values_list("id", "keywords", "products"):
        use = uses.get(pk)
        count, last = (use.count, use.last) if use else (0, None)
        yield pictures.MediaItem(pk, tuple(keywords), frozenset(products), count, last)
