"""Keeps the sums up to date that are not about people: questions to the curator and AI calls.

Their rows change, so a day is counted anew from all of its rows when one of them was written: see `StaleDay`. Whatever
is written meanwhile and seen only in part leaves a mark of its own, which the next round finds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.asking import Call, Question, of_call, of_question
from analytics.models import StaleDay, Tally
from analytics.services.sums import add
from analytics.tallying import Sum, with_months
from partners import tenancy
from partners.fastsql import fetch

BATCH = 1_000  # marks of one transaction
What = StaleDay.What
Day = tuple[int, date]  # a partner's
Sums = Counter[tuple[int, Sum]]

MARK = """
INSERT INTO analytics_staleday (partner_id, what, day)
SELECT q.partner_id, 'questions', (q.asked_at AT TIME ZONE p.time_zone)::date
FROM funnels_question q JOIN partners_partner p ON p.id = q.partner_id WHERE q.partner_id = ANY(%(partners)b)
UNION SELECT partner_id, 'ai', day FROM content_aiuse WHERE partner_id = ANY(%(partners)b)
UNION SELECT partner_id, CASE name WHEN 'ai' THEN 'ai' ELSE 'questions' END, day
FROM analytics_tally WHERE partner_id = ANY(%(partners)b) AND name IN ('ai', 'question')
"""
TAKE = """
DELETE FROM analytics_staleday WHERE id IN (SELECT id FROM analytics_staleday ORDER BY id LIMIT %s)
RETURNING partner_id, what, day
"""
QUESTIONS = """
SELECT d.partner_id, d.day, q.state, q.reason, q.provider,
    ARRAY(SELECT jsonb_array_elements_text(q.falls)), q.thumb, q.finished_at - q.asked_at
FROM unnest(%b::bigint[], %b::date[], %b::timestamptz[], %b::timestamptz[]) AS d (partner_id, day, since, until)
JOIN funnels_question q ON q.partner_id = d.partner_id AND q.asked_at >= d.since AND q.asked_at < d.until
"""
CALLS = """
SELECT d.partner_id, d.day, u.purpose, u.provider, u.state, u.tokens_in, u.tokens_out, u.roubles
FROM unnest(%b::bigint[], %b::date[]) AS d (partner_id, day)
JOIN content_aiuse u ON u.partner_id = d.partner_id AND u.day = d.day
"""


def mark_days(partner_ids: Collection[int]) -> None:
    """All days of these partners. Behind the operators' door."""
    if partner_ids:
        fetch(MARK, {"partners": list(partner_ids)})


def count_days(zones: Mapping[int, str]) -> None:
    """`zones` are the partners'. Outside of any door, one caller at a time."""
    while True:
        with tenancy.all_partners():
            marks = set(fetch(TAKE, [BATCH]))
            for what, names, count in (
                (What.QUESTIONS, ("question", "answered", "fall", "wait"), _questions),
                (What.AI, ("ai", "spent"), _calls),
            ):
                days = sorted((pk, day) for pk, marked, day in marks if marked == what and pk in zones)
                _settle(days, names, count(days, zones))
        if not marks:
            return


def _settle(days: Sequence[Day], names: Sequence[str], sums: Sums) -> None:
    """Adds what these days have more, or fewer, than was counted."""
    found = Counter(sums)
    found.subtract(_stored(days, names))
    changed: Counter[tuple[int | None, Sum]] = Counter()
    for (partner_id, daily), number in found.items():
        for one in with_months([daily]) if number else ():
            changed[partner_id, one] += number
            changed[None, one] += number
    add(Counter({key: number for key, number in changed.items() if number}))


def _stored(days: Sequence[Day], names: Sequence[str]) -> Sums:
    wanted = set(days)
    rows = Tally.objects.filter(
        partner__in={pk for pk, _day in wanted}, name__in=names, version=0, day__in={day for _pk, day in wanted}
    )
    columns = ("partner_id", "name", "version", "day", "key", "aux", "people")
    return Counter(
        {(pk, Sum(*one)): number for pk, *one, number in rows.values_list(*columns) if (pk, one[2]) in wanted}
    )


def _questions(days: Sequence[Day], zones: Mapping[int, str]) -> Sums:
    since = [_midnight(day, zones[pk]) for pk, day in days]
    until = [_midnight(day + timedelta(days=1), zones[pk]) for pk, day in days]
    return _summed(fetch(QUESTIONS, [*_columns(days), since, until]), lambda day, row: of_question(day, Question(*row)))


def _calls(days: Sequence[Day], zones: Mapping[int, str]) -> Sums:
    return _summed(fetch(CALLS, _columns(days)), lambda day, row: of_call(day, Call(*row)))


def _summed(rows: Sequence[Any], tell: Callable[[date, Sequence[Any]], Iterator[tuple[Sum, int]]]) -> Sums:
    sums: Sums = Counter()
    for partner_id, day, *row in rows:
        for one, number in tell(day, row):
            sums[partner_id, one] += number
    return sums


def _columns(days: Sequence[Day]) -> list[list[Any]]:
    return [[pk for pk, _day in days], [day for _pk, day in days]]


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone))
