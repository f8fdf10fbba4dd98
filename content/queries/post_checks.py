"""What is wrong with a stored post. Behind a door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import Q

from content.messages import Html
from content.models import Post
from content.posts.checks import Finding, check
from content.posts.facts import Advert, Mark, NotAdvert
from content.posts.kinds import shipped
from content.posts.likeness import Earlier, Prints, prints
from content.queries.post_facts import catalogue
from content.queries.post_pools import offer, today_of

REMEMBERED = timedelta(days=90)
State = Post.State


def findings_of(post: Post, now: datetime) -> list[Finding]:
    """`post.partner` is read."""
    kind, products = shipped().types[post.kind], catalogue()
    offered = offer(post.partner_id, today_of(post.partner, now)) if "offer" in kind.facts else None
    return check(
        Html(post.text),
        kind,
        products=products,
        product=next((product for product in products if product.key == post.product), None),
        mark=mark_of(post),
        earlier=earlier_than(post, now),
        until=offered.until if offered else None,
    )


def mark_of(post: Post) -> Mark | None:
    if post.erid or post.advertiser:
        return Advert(post.erid, post.advertiser)
    return NotAdvert(post.not_advert_by) if post.not_advert_by else None


def earlier_than(post: Post, now: datetime) -> Sequence[Earlier]:
    """What the partner's readers have seen lately, or will. Of two that wait for a decision the second repeats."""
    rows = Post.objects.filter(partner=post.partner_id, created_at__gt=now - REMEMBERED).exclude(text="")
    rows = rows.exclude(state__in=[State.DRAFT, State.REJECTED]).exclude(pk=post.pk)
    rows = rows.filter(~Q(state=State.PENDING) | Q(pk__lt=post.pk))
    return [Earlier(pk, remembered_prints(text)) for pk, text in rows.values_list("pk", "text")]


@lru_cache(maxsize=5_000)
def remembered_prints(text: str) -> Prints:
    return prints(text)
