"""Which posts stand on which days, and where the plans will put the next ones. Behind a door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from content.models import Post, PostPlan
from content.posts.crontab import BadCrontab, runs
from content.posts.links import title_of

MOST_POSTS = 1_000
MOST_WAITING = 30
MOST_RUNS = 100  # of one plan
FARTHEST = timedelta(hours=14)  # any zone from UTC
State = Post.State
WITHOUT_TIME = (State.PENDING, State.FAILED)


@dataclass(frozen=True, slots=True)
class Entry:
    """`at`: by the clock of the post's partner. `post` is None for what a plan will have written."""

    at: datetime
    kind: str
    state: str
    title: str = ""
    post: Post | None = None

    @property
    def is_movable(self) -> bool:
        return self.state == State.SCHEDULED


def entries(*, partner_id: int | None, first: date, last: date, now: datetime) -> list[Entry]:
    """From the first day to the last one, both included. All partners' posts for None, without their plans."""
    begin = datetime.combine(first, time.min, tzinfo=UTC) - FARTHEST
    end = datetime.combine(last, time.max, tzinfo=UTC) + FARTHEST
    found = [*_posts(partner_id, begin, end), *(_ghosts(partner_id, begin, end, now) if partner_id else ())]
    return sorted((one for one in found if first <= one.at.date() <= last), key=lambda one: one.at)


def waiting(partner_id: int | None) -> list[Post]:
    """What has no place in the calendar yet."""
    rows = _of(partner_id).filter(state__in=WITHOUT_TIME, due_at=None).order_by("created_at", "pk")
    return list(rows[:MOST_WAITING])


def _of(partner_id: int | None) -> QuerySet[Post]:
    rows = Post.objects.select_related("partner")
    return rows.filter(partner=partner_id) if partner_id else rows


def _posts(partner_id: int | None, begin: datetime, end: datetime) -> Iterator[Entry]:
    span = (begin, end)
    stand = Q(due_at__range=span) | Q(published_at__range=span)
    stand |= Q(state__in=[State.UNKNOWN, State.PUBLISHING], changed_at__range=span)
    for post in _of(partner_id).filter(stand).order_by("due_at", "pk")[:MOST_POSTS]:
        moment = post.published_at or post.due_at or post.changed_at
        at = moment.astimezone(ZoneInfo(post.partner.time_zone)).replace(tzinfo=None)
        yield Entry(at, post.get_kind_display(), post.state, title_of(post.text), post)


def _ghosts(partner_id: int, begin: datetime, end: datetime, now: datetime) -> Iterator[Entry]:
    plans = PostPlan.objects.filter(partner=partner_id, enabled=True, next_at__lte=end).select_related("partner")
    for plan in plans:
        zone = ZoneInfo(plan.partner.time_zone)
        after = max(begin, now, plan.next_at - timedelta(seconds=1) if plan.next_at else now)
        try:
            for number, run in enumerate(runs(plan.crontab, zone, after)):
                if run > end or number >= MOST_RUNS:
                    break
                yield Entry(run.astimezone(zone).replace(tzinfo=None), plan.get_kind_display(), "plan")
        except BadCrontab:  # what was typed before the rules of today
            continue
