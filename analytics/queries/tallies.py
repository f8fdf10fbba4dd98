"""Reading the sums. Behind the partner's door, or the operators' one for the whole network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncWeek
from psycopg import sql

from analytics.models import Rollup, Tally
from analytics.periods import Period
from analytics.tallying import DAILY, of_month
from funnels.models import Milestone
from partners.models import Partner

SUMMED = sql.SQL("SELECT {key}, sum(people)::bigint FROM ({parts}) AS part ({key}, people) GROUP BY {key}")


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose numbers: a partner's, or the network's (None), which only operators' door shows."""

    partner_id: int | None


def counted_at() -> datetime | None:
    """How fresh the numbers are."""
    return Rollup.objects.values_list("counted_at", flat=True).first()


def tallies(
    whose: Whose, period: Period, name: str, *, version: int = 0, key: str | None = None, auxes: Collection[str] = ()
) -> Counter[tuple[str, str]]:
    """People by (key, aux); of one key, or of some `auxes` only, where there are many."""
    rows = _of(whose).filter(version=version)
    if key is not None:
        rows = rows.filter(key=key)
    if auxes:
        rows = rows.filter(aux__in=auxes)
    return _summed(rows, name, period, "key", "aux")


def by_day(whose: Whose, period: Period, name: str, *, version: int = 0) -> Counter[tuple[date, str, str]]:
    """People by (day, key, aux)."""
    days = _of(whose).filter(name=name, version=version, day__range=(period.first, period.last)).order_by()
    rows = days.values_list("day", "key", "aux", "people")
    return Counter({(day, key, aux): people for day, key, aux, people in rows})


def by_week(whose: Whose, period: Period, name: str, keys: Sequence[str]) -> Counter[tuple[date, str, str]]:
    """People by (Monday, key, aux)."""
    days = _of(whose).filter(name=name, version=0, key__in=keys, day__range=(period.first, period.last)).order_by()
    summed = days.annotate(week=TruncWeek("day")).values_list("week", "key", "aux").annotate(total=Sum("people"))
    return Counter({(week, key, aux): total for week, key, aux, total in summed})


def versions_entered(whose: Whose, period: Period) -> Counter[int]:
    """How many people first saw each version."""
    return Counter(
        {version: people for (version,), people in _summed(_of(whose), "entered", period, "version").items()}
    )


def by_partner(period: Period, name: str, keys: Sequence[str]) -> Counter[tuple[int, str]]:
    """People by (partner, key), of the whole network."""
    partners = list(Partner.objects.order_by().values_list("pk", flat=True))  # the index begins with them
    if not partners:
        return Counter()
    rows = Tally.objects.filter(partner__in=partners, version=0, key__in=keys)
    return _summed(rows, name, period, "partner_id", "key")


def people_behind(whose: Whose, period: Period, *, name: str, version: int = 0, step: str = "") -> QuerySet[Milestone]:
    """Who reached it on these days, the last day first; `.lead` is read with it."""
    reached = Milestone.objects.filter(name=name, version=version, step=step, day__range=(period.first, period.last))
    if whose.partner_id is not None:
        reached = reached.filter(partner_id=whose.partner_id)
    return reached.select_related("lead").order_by("-day", "-lead_id")


def _summed(rows: QuerySet[Tally], name: str, period: Period, *columns: str) -> Counter[Any]:
    """Each part of the period reads a single range of the index, and nothing but the index."""
    parts = [rows.filter(part).order_by().values_list(*columns, "people").query for part in _parts(name, period)]
    read, given = zip(*(part.sql_with_params() for part in parts), strict=True)
    key = sql.SQL(", ").join(map(sql.Identifier, columns))
    with connection.cursor() as cursor:
        cursor.execute(SUMMED.format(key=key, parts=sql.SQL(" UNION ALL ".join(read))), [*chain(*given)])
        return Counter({tuple(found): people for *found, people in cursor.fetchall()})


def _parts(name: str, period: Period) -> Iterator[Q]:
    """Rows whose sum is that of the days, as few as there are."""
    months = () if name in DAILY else period.months
    if months:
        yield Q(name=of_month(name), day__in=months)
    for edge in period.edges if months else (period,):
        yield Q(name=name, day__range=(edge.first, edge.last))


def _of(whose: Whose) -> QuerySet[Tally]:
    if whose.partner_id is None:
        return Tally.objects.filter(partner__isnull=True)
    return Tally.objects.filter(partner_id=whose.partner_id)
