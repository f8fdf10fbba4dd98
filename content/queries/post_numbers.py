"""How posts do: what the partner's bot, the panel and the pages of statistics show alike. Behind a door.

Views are missing on purpose: Telegram does not tell them to bots.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, LiteralString

from django.db.models import Count, QuerySet
from django.db.models import Sum as SumOf

from content.models import Post, PostTotal
from content.posts.measures import MEASURES, Measure
from partners.fastsql import fetch

GROWS_OVER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Numbers:
    reactions: int = 0
    clicks: int = 0
    comments: int = 0
    by_emoji: Mapping[str, int] = field(default_factory=dict)  # the most frequent first

    def of(self, measure: Measure) -> int:
        value: int = getattr(self, measure)
        return value


NOTHING = Numbers()


@dataclass(frozen=True, slots=True)
class Line:
    """A published post; `before` are its numbers a day ago, None when it was not counted then."""

    post: Post
    now: Numbers
    before: Numbers | None

    def growth(self, measure: Measure) -> int | None:
        return None if self.before is None else self.now.of(measure) - self.before.of(measure)


@dataclass(frozen=True, slots=True)
class Sum:
    """What so many posts have."""

    posts: int = 0
    numbers: Numbers = NOTHING

    def of(self, measure: Measure) -> int:
        return self.numbers.of(measure)


@dataclass(frozen=True, slots=True)
class Published:
    """The posts of these days, both counted, by the clock of their partner; None: of all partners."""

    first: date
    last: date
    partner_id: int | None = None

    def totals(self) -> QuerySet[PostTotal]:
        rows = PostTotal.objects.filter(day__range=(self.first, self.last))
        return rows if self.partner_id is None else rows.filter(partner=self.partner_id)

    def ordered(self, by: Measure | None = None) -> QuerySet[PostTotal]:
        """The newest first, or those with the most of something. Joined, all posts would be sorted with their texts."""
        rows = self.totals().prefetch_related("post__partner")
        return rows.order_by(*([f"-{by}"] if by else []), "-published_at", "-pk")

    def best(self, by: Measure, count: int) -> QuerySet[PostTotal]:
        """Those without any are not the best of anything."""
        return self.ordered(by).filter(**{f"{by}__gt": 0})[:count]


def last_days(days: int, *, today: date, partner_id: int | None = None) -> Published:
    return Published(today - timedelta(days=days - 1), today, partner_id)


def total(published: Published) -> Sum:
    return Sum(*_summed(published.totals().aggregate(**SUMS)))


def by_kind(published: Published) -> dict[str, Sum]:
    return _grouped(published, "kind")


def by_day(published: Published) -> dict[date, Sum]:
    return _grouped(published, "day")


def by_partner(published: Published) -> dict[int, Sum]:
    return _grouped(published, "partner_id")


SUMS = {"posts": Count("pk")} | {f"{measure}_sum": SumOf(measure) for measure in MEASURES}


def _grouped(published: Published, field: str) -> dict[Any, Sum]:
    rows = published.totals().order_by().values(field).annotate(**SUMS)
    return {row[field]: Sum(*_summed(row)) for row in rows}


def _summed(row: Mapping[str, Any]) -> tuple[int, Numbers]:
    reactions, clicks, comments = (row[f"{measure}_sum"] or 0 for measure in MEASURES)
    return row["posts"], Numbers(reactions, clicks, comments)


def signs(published: Published) -> Counter[str]:
    """Which reactions there are."""
    found: Counter[str] = Counter()
    for by_emoji in published.totals().exclude(by_emoji={}).order_by().values_list("by_emoji", flat=True):
        found.update(by_emoji)
    return found


def lines(totals: Iterable[PostTotal], now: datetime) -> tuple[Line, ...]:
    """One query, beside those of the totals."""
    totals = list(totals)
    before = _snapshots([total.post_id for total in totals], now - GROWS_OVER)
    return tuple(Line(one.post, _numbers(one), _earlier(one, before, now)) for one in totals)


def counted(post_ids: Iterable[int]) -> dict[int, Numbers]:
    """Of those that are published. One query."""
    return {one.post_id: _numbers(one) for one in PostTotal.objects.filter(pk__in=list(post_ids))}


def _numbers(one: PostTotal) -> Numbers:
    often = sorted(one.by_emoji.items(), key=lambda item: (-item[1], item[0]))
    return Numbers(one.reactions, one.clicks, one.comments, dict(often))


SNAPSHOTS: LiteralString = """
SELECT p.id, n.reactions, n.clicks, n.comments FROM unnest(%b::bigint[]) AS p (id)
JOIN LATERAL (
    SELECT reactions, clicks, comments FROM content_postnumbers
    WHERE post_id = p.id AND at <= %s ORDER BY at DESC LIMIT 1
) n ON true
"""


def _snapshots(pks: list[int], at: datetime) -> dict[int, Numbers]:
    return {pk: Numbers(*numbers) for pk, *numbers in fetch(SNAPSHOTS, [pks, at])}


def _earlier(one: PostTotal, before: Mapping[int, Numbers], now: datetime) -> Numbers | None:
    if one.published_at > now - GROWS_OVER:
        return NOTHING  # a day ago there was no post
    return before.get(one.post_id)
