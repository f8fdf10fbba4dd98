"""How published posts do, kept beside them: counted anew from what people did whenever they do something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString

from partners.fastsql import fetch

# Locks the rows: of two people at once the second one is counted after the first, and sees them.
KEEP: LiteralString = """
INSERT INTO content_posttotal (post_id, partner_id, kind, published_at, day, reactions, by_emoji, clicks, comments)
SELECT p.id, p.partner_id, p.kind, p.published_at, (p.published_at AT TIME ZONE o.time_zone)::date, 0, '{}', 0, 0
FROM content_post p JOIN partners_partner o ON o.id = p.partner_id
WHERE p.id = ANY(%b) AND p.state = 'published' AND p.published_at IS NOT NULL
ORDER BY p.id
ON CONFLICT (post_id) DO UPDATE SET post_id = excluded.post_id
"""
COUNT: LiteralString = """
UPDATE content_posttotal t
SET reactions = r.all_of_them, by_emoji = r.by_emoji, clicks = e.clicks, comments = e.comments
FROM unnest(%b::bigint[]) AS p (id)
CROSS JOIN LATERAL (
    SELECT coalesce(sum(count), 0) AS all_of_them, coalesce(jsonb_object_agg(sign, count), '{}') AS by_emoji
    FROM (
        SELECT s.key AS sign, sum(s.value::int) AS count
        FROM content_postreaction x, jsonb_each_text(x.emoji) s WHERE x.post_id = p.id GROUP BY 1
    ) signs
) r
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE kind = 'click') AS clicks, count(*) FILTER (WHERE kind = 'comment') AS comments
    FROM content_postevent v WHERE v.post_id = p.id
) e
WHERE t.post_id = p.id
"""


def recount(post_ids: Sequence[int]) -> None:
    """Those that are published; for the others there is nothing to keep yet. Behind any door."""
    pks = sorted(post_ids)
    fetch(KEEP, [pks])
    fetch(COUNT, [pks])
