"""Adds to the stored sums. Behind the operators' door."""

from __future__ import annotations

from collections import Counter

from analytics.tallying import Sum
from partners.fastsql import columns, fetch

ADD = """
WITH added AS (
    INSERT INTO analytics_tally (partner_id, name, version, day, key, aux, people)
    SELECT * FROM unnest(%b::bigint[], %b::text[], %b::bigint[], %b::date[], %b::text[], %b::text[], %b::bigint[])
    ON CONFLICT (partner_id, name, version, day, key, aux)
    DO UPDATE SET people = analytics_tally.people + excluded.people
    RETURNING id, people
) SELECT id FROM added WHERE people = 0
"""
SWEEP = "DELETE FROM analytics_tally WHERE id = ANY(%b)"


def add(sums: Counter[tuple[int | None, Sum]]) -> None:
    """By partner, and by None for the network. One caller at a time."""
    if not sums:
        return
    nobody = fetch(ADD, columns([(partner, *one, people) for (partner, one), people in sums.items()]))
    if nobody:
        fetch(SWEEP, [[pk for (pk,) in nobody]])
