"""Which picture of the library goes with a post, and why. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from content.knowledge.words import STOP, lemmas
from content.posts.links import seen

FEWEST_WORDS = 2  # of its keywords that a post must share with a picture of no product
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MediaItem:
    """`products`: keys of those that it shows."""

    id: int
    keywords: tuple[str, ...]
    products: frozenset[str]
    used_count: int
    last_used: datetime | None


@dataclass(frozen=True, slots=True)
class Choice:
    item: MediaItem
    reason: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    item: MediaItem
    shows_product: bool
    shared: tuple[str, ...]

    @property
    def rank(self) -> tuple[bool, int, datetime, int, int]:
        """The smallest is the best: the product first, then the words, then what rested longest."""
        rested = self.item.last_used or _NEVER
        return (not self.shows_product, -len(self.shared), rested, self.item.used_count, self.item.id)


def choose(
    items: Iterable[MediaItem], *, text: str, product: str = "", product_name: str = "", leave_out: Collection[int] = ()
) -> Choice | None:
    """The best picture, or none rather than a random one. `leave_out`: what was already offered («другая»).

    `product` is the key of the post's product.
    """
    words = frozenset(lemmas(seen(text))) - STOP
    candidates = (_candidate(item, words, product) for item in items if item.id not in leave_out)
    best = min(filter(None, candidates), key=lambda candidate: candidate.rank, default=None)
    return Choice(best.item, _reason(best, product_name or product)) if best else None


def _candidate(item: MediaItem, words: frozenset[str], product: str) -> _Candidate | None:
    """None for what shows another product, or shares too little with the post."""
    if product and product in item.products:
        return _Candidate(item, shows_product=True, shared=())
    shared = tuple(keyword for keyword in item.keywords if (own := frozenset(lemmas(keyword))) and own <= words)
    if item.products or len(shared) < FEWEST_WORDS:
        return None
    return _Candidate(item, shows_product=False, shared=shared)


def _reason(candidate: _Candidate, product_name: str) -> str:
    if candidate.shows_product:
        chosen = _("It shows “%(product)s”.") % {"product": product_name}
    else:
        chosen = _("The post speaks of: %(words)s.") % {"words": ", ".join(candidate.shared)}
    last = candidate.item.last_used
    used = _("Last used on %(day)s.") % {"day": f"{last:%d.%m.%Y}"} if last else _("It was never used.")
    return f"{chosen} {used}"
