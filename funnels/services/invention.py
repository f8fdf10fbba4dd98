"""Writes invented lives, see `funnels.invented`: only for scratch databases and the demonstration."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import datetime

from content.models import Post
from content.services.posts.totals import recount
from funnels.invented import FIRST_NAMES, LAST_NAMES, Life, World
from funnels.scoring import ScoredEvent, total
from funnels.services.presets import weights
from partners.fastsql import columns, fetch
from partners.models import Link

FIRST_ID = 990_000_000_000  # Telegram's own numbers are far below

TABLES = """
CREATE TEMP TABLE IF NOT EXISTS invented_life (
    life int PRIMARY KEY, first_name text, last_name text, phone text, status text, intent text, pain text, detail text,
    goal text, score int, span interval, blocked interval, sequence text, entered interval, got int, reason text,
    ended interval);
CREATE TEMP TABLE IF NOT EXISTS invented_event (
    life int, kind text, step text, data jsonb, since interval, screen boolean);
TRUNCATE invented_life, invented_event
"""
LIVES = """
INSERT INTO invented_life SELECT * FROM unnest(%b::int[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[],
    %b::text[], %b::text[], %b::text[], %b::int[], %b::interval[], %b::interval[], %b::text[], %b::interval[],
    %b::int[], %b::text[], %b::interval[])
"""
EVENTS = """
INSERT INTO invented_event
SELECT life, kind, step, data::jsonb, since, screen
FROM unnest(%b::int[], %b::text[], %b::text[], %b::text[], %b::interval[], %b::bool[])
    AS e (life, kind, step, data, since, screen)
"""


def prepare(*, world: World, lives: int, chance: random.Random, now: datetime) -> None:
    """Invents the lives that `invent` gives to people. Outside of any door, on the same connection."""
    for statement in TABLES.split(";"):
        fetch(statement, [])
    told = [world.live(chance) for _ in range(lives)]
    fetch(LIVES, columns([_life(number, life, chance, now) for number, life in enumerate(told)]))
    events = [
        (number, event.kind, event.step, json.dumps(event.data), event.at, event.screen)
        for number, life in enumerate(told)
        for event in life.events
    ]
    fetch(EVENTS, columns(events))


def _life(number: int, life: Life, chance: random.Random, now: datetime) -> tuple[object, ...]:
    events = [ScoredEvent(event.kind, event.step, event.data, now + event.at) for event in life.events]
    last = max(event.at for event in events)
    points = total(events, now=last, weights=weights())
    status = life.status
    if status == "new":
        status = "hot" if points > 50 else "warming" if points > 20 else "new"
    answers = life.answers
    return (
        number, chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES), life.phone, status, answers.intent or "",
        answers.pain or "", answers.detail or "", answers.goal or "", points, last - now, life.blocked,
        *(life.enrolled or (None,) * 5),
    )  # fmt: skip


INVENT = """
WITH arrival AS MATERIALIZED (
    SELECT a.came, a.link, %(first)s + a.n AS telegram_id, l.*
    FROM unnest(%(came)b::timestamptz[], %(lives)b::int[], %(links)b::bigint[])
        WITH ORDINALITY AS a (came, life, link, n) JOIN invented_life l USING (life)
), lead AS (
    INSERT INTO partners_lead (partner_id, telegram_id, first_name, last_name, username, language_code, phone, email,
        status, intent, pain, detail, goal, first_link_id, last_link_id, created_at, last_seen_at, blocked_at, score)
    SELECT %(partner)s, telegram_id, first_name, last_name, '', 'ru',
        CASE WHEN came + span < %(now)s THEN phone ELSE '' END, '',
        CASE WHEN came + span < %(now)s THEN status ELSE 'new' END,
        intent, pain, detail, goal, link, link, came, least(came + span, %(now)s),
        CASE WHEN came + blocked < %(now)s THEN came + blocked END, score
    FROM arrival RETURNING id, telegram_id
), enrolled AS (
    INSERT INTO funnels_enrollment (partner_id, lead_id, sequence, round, state, exit_reason, position, next_step,
        entered_at, ended_at)
    SELECT %(partner)s, lead.id, sequence, 1, CASE WHEN reason = 'finished' THEN 'finished' ELSE 'left' END,
        CASE WHEN reason = 'finished' THEN '' ELSE reason END, got, '', came + entered, came + ended
    FROM arrival JOIN lead USING (telegram_id) WHERE came + ended < %(now)s
), event AS (
    INSERT INTO funnels_funnelevent (partner_id, lead_id, kind, version_id, step, data, at)
    SELECT %(partner)s, lead.id, kind, CASE WHEN screen THEN %(version)s END, step,
        CASE WHEN kind = 'started' AND link IS NOT NULL THEN jsonb_build_object('link', link) ELSE data END,
        came + since
    FROM arrival JOIN lead USING (telegram_id) JOIN invented_event USING (life)
    WHERE came + since <= %(now)s RETURNING 1
)
SELECT count(*) FROM event
"""


def invent(
    *,
    partner_id: int,
    version: int,
    came: Sequence[datetime],
    lives: int,
    chance: random.Random,
    first_id: int,
    now: datetime,
) -> int:
    """How many events it made. `first_id`: the Telegram id before the first one. Behind the partner's door."""
    links = [None, *Link.objects.filter(partner=partner_id).values_list("pk", flat=True)]
    params = {
        "partner": partner_id,
        "version": version,
        "first": first_id,
        "now": now,
        "came": list(came),
        "lives": [chance.randrange(lives) for _ in came],
        "links": [chance.choice(links) for _ in came],
    }
    [(events,)] = fetch(INVENT, params)
    return int(events)


QUESTIONS = """
INSERT INTO funnels_question (partner_id, lead_id, asker_id, chat_id, thread_id, message_id, text, asked_at, state,
    reason, attempts, finished_at, answer, sources, provider, model, falls, tokens, roubles, thumb, outcome)
SELECT e.partner_id, e.lead_id, l.telegram_id, l.telegram_id, 0, 0, 'Сколько идёт доставка?', e.at,
    CASE WHEN c.state < 0.8 THEN 'answered' WHEN c.state < 0.95 THEN 'unanswered' ELSE 'refused' END,
    CASE WHEN c.state < 0.95 THEN '' ELSE 'medical' END, 1, e.at + c.pause * interval '4 s', '[]', '[]',
    CASE WHEN c.state < 0.7 THEN 'yandex' WHEN c.state < 0.8 THEN 'extractive' ELSE '' END, '',
    CASE WHEN c.state BETWEEN 0.7 AND 0.8 THEN '["yandex: slow"]' ELSE '[]' END::jsonb,
    (c.pause * 900)::int, CASE WHEN c.state < 0.7 THEN c.pause * 0.4 ELSE 0 END,
    CASE WHEN c.thumb < 0.15 THEN 1 WHEN c.thumb < 0.2 THEN -1 END, ''
FROM funnels_funnelevent e JOIN partners_lead l ON l.id = e.lead_id
CROSS JOIN LATERAL (SELECT random() AS state, random() AS pause, random() AS thumb WHERE e.id > 0) c
WHERE e.partner_id = %s AND e.kind = 'message_received'
"""
AI_USES = """
INSERT INTO content_aiuse (partner_id, request_key, account, day, at, expires_at, purpose, provider, model, state,
    trouble, tokens_in, tokens_out, roubles)
SELECT partner_id, 'answer:' || id, 'yandex:demo', asked_at::date, asked_at, asked_at, 'answer', 'yandex', 'lite',
    'charged', '', tokens, tokens / 3, roubles
FROM funnels_question WHERE partner_id = %s AND provider = 'yandex'
"""


def invent_answers(*, partner_id: int) -> None:
    """What the curator did with the messages of invented people."""
    fetch(QUESTIONS, [partner_id])
    fetch(AI_USES, [partner_id])


POSTS = """
WITH post AS (
    INSERT INTO content_post (partner_id, kind, state, reason, revision, text, voice, product, sources, findings,
        picture_reason, erid, advertiser, not_advert_by, number, attempts, provider, roubles, created_at, changed_at,
        published_at, chat_id, message_id)
    SELECT %s, (ARRAY['product', 'tips', 'motivation', 'business', 'faq'])[1 + n %% 5], 'published', '', 1,
        '<b>Утро начинается с воды.</b> А как начинаете день вы?', '', '', '[]', '[]', '', '', '', 'Демонстрация', n, 1,
        'compose', 0, at, at, at, -1000000000000 - %s, n + 1
    FROM generate_series(0, %s) n, LATERAL (SELECT %s::timestamptz - n * interval '2 days' AS at) t
    RETURNING id, partner_id, published_at
), reaction AS (
    INSERT INTO content_postreaction (partner_id, post_id, person, emoji, at)
    SELECT partner_id, id, p, '{"👍": 1}', published_at + interval '1 hour'
    FROM post, generate_series(1, (random() * 12)::int + (id %% 2)::int) p
)
INSERT INTO content_postevent (partner_id, post_id, kind, slot, at)
SELECT partner_id, id, CASE WHEN random() < 0.7 THEN 'click' ELSE 'comment' END, 'shop',
    published_at + e * interval '1 h'
FROM post, generate_series(1, (random() * 8)::int + (id %% 2)::int) e
"""


def invent_posts(*, partner_id: int, days: int, now: datetime) -> None:
    """One every second day, with what people did under it."""
    fetch(POSTS, [partner_id, partner_id, days // 2, now])
    recount(list(Post.objects.filter(partner=partner_id).values_list("pk", flat=True)))
