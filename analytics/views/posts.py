from __future__ import annotations

import zoneinfo
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from analytics.periods import Period
from analytics.reports.charts import chart
from analytics.reports.rates import Figure
from analytics.tables import posts as shown
from analytics.tables.posts import Counts
from analytics.views.asked import Asked
from analytics.views.pages import Page
from content.models import PostKind, PostTotal
from content.posts.kinds import shipped
from content.posts.links import title_of
from content.posts.measures import MEASURES, Measure
from content.queries import post_numbers
from content.queries.post_numbers import Line, Published, Sum

AT_ONCE = 50
AT_MOST = 10_000  # in a file
SIGNS = 4
MAY_SEE = "content.view_postnumbers"


def page(asked: Asked) -> Page:
    published, before = _published(asked, asked.period), _published(asked, asked.period.previous)
    total, earlier = post_numbers.total(published), post_numbers.total(before)
    by_kind = {kind: _counts(one) for kind, one in post_numbers.by_kind(published).items()}
    topics = {key: kind.topic for key, kind in shipped().types.items()}
    days = shown.days(asked.period, {day: _counts(one) for day, one in post_numbers.by_day(published).items()})
    rows, pages = _rows(asked, published)
    posts = shown.posts(_posts(asked, rows), with_partner=asked.partner is None)
    context = {
        "total": total,
        "cards": _cards(total, earlier),
        "pages": pages,
        "chart": chart(days, "stacked", "day", MEASURES, _("What posts of these days have got")),
    }
    kinds = dict(PostKind.choices)
    tables = (posts, shown.kinds(by_kind, kinds), shown.by_topic(by_kind, topics), days)
    return Page("posts", _("Posts"), tables, context)


def _published(asked: Asked, period: Period) -> Published:
    return Published(period.first, period.last, asked.whose.partner_id)


def _counts(one: Sum) -> Counts:
    return one.posts, one.numbers.reactions, one.numbers.clicks, one.numbers.comments


def _cards(total: Sum, earlier: Sum) -> list[tuple[Any, Figure]]:
    titles = (_("Published"), *shown.MEASURES.values())
    return [
        (title, Figure(now, before))
        for title, now, before in zip(titles, _counts(total), _counts(earlier), strict=True)
    ]


def _rows(asked: Asked, published: Published) -> tuple[QuerySet[PostTotal], Any]:
    """Those of the page; in a file all of them. Whatever else they are sorted by, it is within the page."""
    sort = asked.get.get("sort", "").removeprefix("posts:")
    by: Measure | None = next((measure for measure in MEASURES if sort == f"-{measure}"), None)
    rows = published.ordered(by)
    if asked.get.get("format"):
        return rows[:AT_MOST], None
    page = Paginator(rows, AT_ONCE).get_page(asked.get.get("p"))
    return rows[page.start_index() - 1 : page.end_index()] if page.end_index() else rows.none(), page


def _posts(asked: Asked, rows: QuerySet[PostTotal]) -> list[shown.Post]:
    types, may_open = shipped().types, asked.may("content.view_post")
    return [_post(line, types, may_open) for line in post_numbers.lines(rows, asked.now)]


def _post(line: Line, types: Any, may_open: bool) -> shown.Post:
    post, numbers = line.post, line.now
    assert post.published_at is not None
    kind: Any = post.get_kind_display()
    return shown.Post(
        title=title_of(post.text) or str(post),
        kind=str(capfirst(kind)),
        topic=types[post.kind].topic,
        partner=post.partner.name,
        at=post.published_at.astimezone(zoneinfo.ZoneInfo(post.partner.time_zone)).replace(tzinfo=None),
        counts=(numbers.reactions, numbers.clicks, numbers.comments),
        growth=line.growth("reactions"),
        signs="  ".join(f"{sign} {count}" for sign, count in list(numbers.by_emoji.items())[:SIGNS]),
        address=reverse("admin:content_post_change", args=[post.pk]) if may_open else "",
    )
