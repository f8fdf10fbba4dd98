"""The tables of the posts' page. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from analytics.periods import Period
from analytics.reports.table import Cell, Column, Kind, Table, table

MEASURES = {"reactions": _("Reactions"), "clicks": _("Clicks"), "comments": _("Comments")}
UNTIL_NOW = _("Of posts that were published on these days, until now.")
WEEKS_FROM = 46  # days: bars of more are too thin
Counts = tuple[int, int, int, int]  # posts, then the measures


@dataclass(frozen=True, slots=True)
class Post:
    """`at`: without a zone, the partner's time; `growth`: since a day ago, None where it is not known."""

    title: str
    kind: str
    topic: str
    partner: str
    at: datetime
    counts: tuple[int, int, int]
    growth: int | None
    signs: str
    address: str


def posts(found: Iterable[Post], *, with_partner: bool) -> Table:
    columns = [
        Column("post", _("Post")),
        Column("at", _("Published"), Kind.MOMENT),
        Column("kind", _("Type")),
        Column("topic", _("Topic")),
        *([Column("partner", _("Partner"))] if with_partner else []),
        *(Column(key, title, Kind.NUMBER) for key, title in MEASURES.items()),
        Column("growth", _("Reactions since a day ago"), Kind.NUMBER),
        Column("signs", _("Most frequent")),
    ]
    rows = [
        [
            Cell(post.title, address=post.address),
            post.at,
            post.kind,
            post.topic,
            *([post.partner] if with_partner else []),
            *post.counts,
            post.growth,
            post.signs,
        ]
        for post in found
    ]
    return table("posts", _("Posts"), columns, rows, _("Reactions as they stand now; clicks on links; answers."))


def kinds(found: Mapping[str, Counts], names: Mapping[str, Any]) -> Table:
    """`found`, `names`: by the type."""
    columns = [Column("kind", _("Type")), *_numbers()]
    rows = [[str(capfirst(names.get(kind, kind))), *_row(counts)] for kind, counts in found.items()]
    return table("kinds", _("By type"), columns, rows, UNTIL_NOW).sorted_by("-reactions")


def by_topic(found: Mapping[str, Counts], topics: Mapping[str, str]) -> Table:
    summed: dict[str, list[int]] = {}
    for kind, counts in found.items():
        row = summed.setdefault(topics.get(kind, ""), [0, 0, 0, 0])
        row[:] = [one + more for one, more in zip(row, counts, strict=True)]
    rows = [[topic, *_row(row)] for topic, row in summed.items()]
    columns = [Column("topic", _("Topic")), *_numbers()]
    return table("topics", _("By topic"), columns, rows, UNTIL_NOW).sorted_by("-reactions")


def days(period: Period, found: Mapping[date, Counts]) -> Table:
    """Also days without a post; weeks of a long period."""
    is_by_week = period.days > WEEKS_FROM
    rows: list[list[Any]] = []
    for part in period.split(7 if is_by_week else 1):
        during = [found[day] for day in part if day in found]
        rows.append([part.first, *(sum(column) for column in zip((0, 0, 0, 0), *during, strict=True))])
    first: Any = _("Week from") if is_by_week else _("Day")
    columns = [Column("day", first, Kind.DAY), Column("posts", _("Posts"), Kind.NUMBER)]
    columns += [Column(key, title, Kind.NUMBER) for key, title in MEASURES.items()]
    return table("days", _("By day of publication"), columns, rows, UNTIL_NOW)


def _numbers() -> list[Column]:
    counts = [Column(key, title, Kind.NUMBER) for key, title in MEASURES.items()]
    return [Column("posts", _("Posts"), Kind.NUMBER), *counts, Column("each", _("Reactions a post"), Kind.NUMBER)]


def _row(counts: Iterable[int]) -> list[float | int | None]:
    posts_, *measures = counts
    return [posts_, *measures, round(measures[0] / posts_, 1) if posts_ else None]
