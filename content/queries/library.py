"""Looking for pictures, and how much they were used. Behind a door: one sees what it shows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from content.models import MediaItem, Post, Product

MOST_PRODUCTS = 20  # whose names have the word


@dataclass(frozen=True, slots=True)
class Use:
    """By posts that were not rejected."""

    count: int
    last: datetime


def used(**posts: object) -> dict[int, Use]:
    """By the id of the picture, in these posts: `partner_id=…`, `picture__in=…`."""
    counted = Post.objects.filter(picture__isnull=False, **posts).exclude(state=Post.State.REJECTED)
    grouped = counted.order_by().values("picture_id")
    rows = grouped.annotate(count=Count("id"), last=Max(Coalesce("published_at", "changed_at")))
    return {row["picture_id"]: Use(row["count"], row["last"]) for row in rows}


def find(*, words: str, product: str, retired: bool) -> QuerySet[MediaItem]:
    """Those whose title, keywords or products have all of the words."""
    found = MediaItem.objects.filter(retired_at__isnull=not retired)
    if product:
        found = found.filter(products__contains=[product])
    for word in words.split():
        found = found.filter(Q(title__icontains=word) | Q(keywords__icontains=word) | _shows(word))
    return found


def _shows(word: str) -> Q:
    keys: Collection[str] = Product.objects.filter(name__icontains=word).values_list("key", flat=True)[:MOST_PRODUCTS]
    shown = Q(pk__in=[])
    for key in keys:
        shown |= Q(products__contains=[key])
    return shown
