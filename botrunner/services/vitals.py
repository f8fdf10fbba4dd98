"""Measures how every bot does, in one statement. Behind the operators' door."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from content.ai.troubles import OF_THE_ACCOUNT
from content.outbox.words import RECIPIENTS
from partners.fastsql import fetch
from partners.models import BotTraffic

KEPT = timedelta(days=2)

# Sums over the bots that did something, single looks into an index for all the others: a thousand bots take
# some tens of milliseconds whatever lies in their queues. What failed because of one recipient is no fault.
MEASURE = """
WITH failed AS (
    SELECT bot_id, count(*) AS day, count(*) FILTER (WHERE finished_at > %(now)s - interval '1 hour') AS hour
    FROM content_outboxmessage
    WHERE state IN ('failed', 'unknown') AND finished_at > %(now)s - interval '1 day'
        AND NOT lower(reason) LIKE ANY(%(recipients)s)
    GROUP BY bot_id
), aside AS (
    SELECT bot_id, count(*) AS day, count(*) FILTER (WHERE failed_at > %(now)s - interval '1 hour') AS hour
    FROM botrunner_inboxupdate WHERE failed_at > %(now)s - interval '1 day' GROUP BY bot_id
), traffic AS (
    SELECT bot_id, sum(calls) AS calls, sum(throttled) AS throttled,
        sum(calls) FILTER (WHERE at > %(now)s - interval '1 hour') AS calls_hour,
        sum(throttled) FILTER (WHERE at > %(now)s - interval '1 hour') AS throttled_hour
    FROM partners_bottraffic WHERE at > %(now)s - interval '1 day' GROUP BY bot_id
)
INSERT INTO partners_botvitals (bot_id, partner_id, measured_at, waiting, failed_hour, failed_day, aside_hour,
    aside_day, calls_hour, throttled_hour, calls_day, throttled_day, ai_hour, ai_failed_hour, ai_rests, ai_spent,
    ai_cap, last_post_at, leads_today)
SELECT b.id, b.partner_id, %(now)s, coalesce(w.waiting, '{}'), coalesce(f.hour, 0), coalesce(f.day, 0),
    coalesce(s.hour, 0), coalesce(s.day, 0), coalesce(t.calls_hour, 0), coalesce(t.throttled_hour, 0),
    coalesce(t.calls, 0), coalesce(t.throttled, 0), ai.asked, ai.failed, ai.rests, ai.spent,
    coalesce(p.ai_daily_cap, %(cap)s), post.last_at, lead.today
FROM partners_bot b
JOIN partners_partner p ON p.id = b.partner_id
CROSS JOIN LATERAL (
    SELECT day, day AT TIME ZONE p.time_zone AS midnight
    FROM (SELECT date_trunc('day', %(now)s AT TIME ZONE p.time_zone)) AS d (day)
) today
LEFT JOIN failed f ON f.bot_id = b.id
LEFT JOIN aside s ON s.bot_id = b.id
LEFT JOIN traffic t ON t.bot_id = b.id
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(lane, extract(epoch FROM %(now)s - oldest)::int) AS waiting
    FROM (
        SELECT lane, (
            SELECT m.not_before FROM content_outboxmessage m
            WHERE m.bot_id = b.id AND m.lane = l.lane AND m.state = 'queued' AND m.not_before <= %(now)s
            ORDER BY m.not_before LIMIT 1
        ) AS oldest
        FROM unnest(ARRAY[0, 1, 2, 3, 4]) AS l (lane)
    ) AS lanes WHERE oldest IS NOT NULL
) w ON true
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE of_hour) AS asked,
        count(*) FILTER (WHERE of_hour AND u.trouble = ANY(%(troubles)s)) AS failed,
        coalesce(bool_or(a.rests_until > %(now)s), false) AS rests,
        coalesce(sum(u.roubles) FILTER (WHERE u.day = today.day::date AND (u.state IN ('charged', 'perhaps')
            OR u.state = 'reserved' AND u.expires_at > %(now)s)), 0) AS spent
    FROM (
        SELECT *, at > %(now)s - interval '1 hour' AND state <> 'reserved'
            AND (state <> 'failed' OR trouble = ANY(%(troubles)s)) AS of_hour
        FROM content_aiuse WHERE partner_id = b.partner_id AND day >= today.day::date - 1
    ) u LEFT JOIN content_aiaccount a ON a.key = u.account
) ai
CROSS JOIN LATERAL (
    SELECT max(published_at) AS last_at FROM content_post
    WHERE partner_id = b.partner_id AND state = 'published'
) post
CROSS JOIN LATERAL (
    SELECT count(*) AS today FROM partners_lead WHERE partner_id = b.partner_id AND created_at >= today.midnight
) lead
ON CONFLICT (bot_id) DO UPDATE SET (measured_at, waiting, failed_hour, failed_day, aside_hour, aside_day, calls_hour,
    throttled_hour, calls_day, throttled_day, ai_hour, ai_failed_hour, ai_rests, ai_spent, ai_cap, last_post_at,
    leads_today) = (EXCLUDED.measured_at, EXCLUDED.waiting, EXCLUDED.failed_hour, EXCLUDED.failed_day,
    EXCLUDED.aside_hour, EXCLUDED.aside_day, EXCLUDED.calls_hour, EXCLUDED.throttled_hour, EXCLUDED.calls_day,
    EXCLUDED.throttled_day, EXCLUDED.ai_hour, EXCLUDED.ai_failed_hour, EXCLUDED.ai_rests, EXCLUDED.ai_spent,
    EXCLUDED.ai_cap, EXCLUDED.last_post_at, EXCLUDED.leads_today)
"""


def measure(*, now: datetime) -> None:
    facts = {
        "now": now,
        "cap": settings.AI_DAILY_CAP,
        "recipients": [f"%{words}%" for words in RECIPIENTS],
        "troubles": [trouble.value for trouble in OF_THE_ACCOUNT],
    }
    fetch(MEASURE, facts)


def forget(*, now: datetime) -> None:
    BotTraffic.objects.filter(at__lt=now - KEPT).delete()
