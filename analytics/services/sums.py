"""Adds to the stored sums. Behind the operators' door."""

from __future__ import annotations

from collections import Counter

from analytics.tallying import Sum
from partners.fastsql import columns, fetch

ADD = """
INSERT INTO analytics_tally (partner_id, name, version, day, key, aux, people)
SELECT * FROM unnest(%b::bigint[], %b::text[], %b::bigint[], %b::date[], %b::text[], %b::text[], %b::bigint[])
ON CONFLICT (partner_id, name, version, day, key, aux)
DO UPDATE SET people = analytics_tally.people + excluded.people
"""
SWEEP = """
DELETE FROM analytics_tally t
USING unnest(%b::bigint[], %b::text[], %b::bigint[], %b::date[], %b::text[], %b::text[])
    AS s (partner_id, name, version, day, key, aux)
WHERE t.people = 0 AND t.partner_id IS NOT DISTINCT FROM s.partner_id AND t.name = s.name AND t.version = s.version
    AND t.day = s.day AND t.key = s.key AND t.aux = s.aux
"""


def add(sums: Counter[tuple[int | None, Sum]]) -> None:
    """By partner, and by None for the network. One caller at a time."""
    if not sums:
        return
    fetch(ADD, columns([(partner, *one, people) for (partner, one), people in sums.items()]))
    fewer = [(partner, *one) for (partner, one), people in sums.items() if people < 0]
    if fewer:
        fetch(SWEEP, columns(fewer))
