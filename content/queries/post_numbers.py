"""How posts do: counted from what people did, at the moment of asking. Behind a door.

Views are missing on purpose: Telegram does not tell them to bots.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import LiteralString

from django.db.models import QuerySet

from content.models import Post
from content.posts.measures import Measure
from partners.fastsql import fetch

GROWS_OVER = timedelta(days=1)
COUNTED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Numbers:
    reactions: int = 0
    clicks: int = 0
    comments: int = 0
    by_emoji: Mapping[str, int] = field(default_factory=dict)  # the most frequent first

    def plus(self, other: Numbers) -> Numbers:
        return Numbers(self.reactions + other.reactions, self.clicks + other.clicks, self.comments + other.comments, {})

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
class Report:
    lines: tuple[Line, ...]

    @property
    def total(self) -> Numbers:
        total = NOTHING
        for line in self.lines:
            total = total.plus(line.now)
        return total

    def best(self, measure: Measure, count: int) -> tuple[Line, ...]:
        """Those without any are not the best of anything."""
        told = [line for line in self.lines if line.now.of(measure)]
        return tuple(sorted(told, key=lambda line: line.now.of(measure), reverse=True)[:count])


def report(*, now: datetime, days: int, partner_id: int | None = None) -> Report:
    """What was published in the last `days`, the newest first. Five queries, however many posts there are."""
    posts = published(since=now - timedelta(days=days), until=now, partner_id=partner_id)[:COUNTED_AT_ONCE]
    return Report(lines(posts, now))


def published(*, since: datetime, until: datetime, partner_id: int | None = None) -> QuerySet[Post]:
    posts = Post.objects.filter(state=Post.State.PUBLISHED, published_at__gt=since, published_at__lte=until)
    if partner_id is not None:
        posts = posts.filter(partner=partner_id)
    return posts.select_related("partner").order_by("-published_at", "-pk")


def lines(posts: Iterable[Post], now: datetime) -> tuple[Line, ...]:
    posts = list(posts)
    pks = [post.pk for post in posts]
    counts, before = counted(pks), _snapshots(pks, now - GROWS_OVER)
    return tuple(Line(post, counts[post.pk], _earlier(post, before, now)) for post in posts)


REACTIONS: LiteralString = """
SELECT r.post_id, e.key, sum(e.value::int)::int FROM content_postreaction r, jsonb_each_text(r.emoji) e
WHERE r.post_id = ANY(%b) GROUP BY 1, 2 ORDER BY 3 DESC, 2
"""
EVENTS: LiteralString = """
SELECT post_id, kind, count(*)::int FROM content_postevent WHERE post_id = ANY(%b) GROUP BY 1, 2
"""


def counted(post_ids: Iterable[int]) -> dict[int, Numbers]:
    """Two queries."""
    pks = list(post_ids)
    emoji: dict[int, dict[str, int]] = {pk: {} for pk in pks}
    for pk, sign, count in fetch(REACTIONS, [pks]):
        emoji[pk][sign] = count
    events = {(pk, kind): count for pk, kind, count in fetch(EVENTS, [pks])}
    return {
        pk: Numbers(sum(emoji[pk].values()), events.get((pk, "click"), 0), events.get((pk, "comment"), 0), emoji[pk])
        for pk in pks
    }


SNAPSHOTS: LiteralString = """
SELECT p.id, n.reactions, n.clicks, n.comments FROM unnest(%b::bigint[]) AS p (id)
JOIN LATERAL (
    SELECT reactions, clicks, comments FROM content_postnumbers
    WHERE post_id = p.id AND at <= %s ORDER BY at DESC LIMIT 1
) n ON true
"""


def _snapshots(pks: list[int], at: datetime) -> dict[int, Numbers]:
    return {pk: Numbers(*numbers) for pk, *numbers in fetch(SNAPSHOTS, [pks, at])}


def _earlier(post: Post, before: Mapping[int, Numbers], now: datetime) -> Numbers | None:
    if post.published_at is not None and post.published_at > now - GROWS_OVER:
        return NOTHING  # a day ago there was no post
    return before.get(post.pk)
