"""Writes invented lives, see `funnels.invented`: only for scratch databases and the demonstration."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import datetime

from funnels.invented import FIRST_NAMES, LAST_NAMES, Life, World
from funnels.models import Enrollment
from funnels.scoring import score
from funnels.services.presets import weights
from partners.fastsql import fetch
from partners.models import Link, Partner

FIRST_ID = 990_000_000_000  # Telegram's own numbers are far below

LEADS = """
INSERT INTO partners_lead (partner_id, telegram_id, first_name, last_name, username, language_code, phone, email,
    status, intent, pain, detail, goal, first_link_id, last_link_id, created_at, last_seen_at, blocked_at,
    score, score_due_at)
SELECT %s, l.* , NULL FROM unnest(%b::bigint[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[],
    %b::text[], %b::text[], %b::text[], %b::text[], %b::text[], %b::bigint[], %b::bigint[], %b::timestamptz[],
    %b::timestamptz[], %b::timestamptz[], %b::int[]) AS l
RETURNING id, telegram_id
"""
EVENTS = """
INSERT INTO funnels_funnelevent (partner_id, lead_id, kind, version_id, step, data, at)
SELECT %s, lead_id, kind, version_id, step, data::jsonb, at
FROM unnest(%b::bigint[], %b::text[], %b::bigint[], %b::text[], %b::text[], %b::timestamptz[])
    AS e (lead_id, kind, version_id, step, data, at)
"""


def invent(
    *, partner: Partner, world: World, version: int, came: Sequence[datetime], chance: random.Random, first_id: int
) -> int:
    """How many events it made. `first_id`: the Telegram id of the first one. Behind a door that shows the partner."""
    links = list(Link.objects.filter(partner=partner).values_list("pk", flat=True))
    lives = [world.live(chance, at, links) for at in came]
    rows = [_lead(life, first_id + number, chance, world.now) for number, life in enumerate(lives)]
    ids = {telegram_id: pk for pk, telegram_id in fetch(LEADS, [partner.pk, *_columns(rows)])}
    leads = [ids[first_id + number] for number in range(len(lives))]
    events = [
        (lead, event.kind, version if screen else None, event.step, json.dumps(event.data), event.at)
        for lead, life in zip(leads, lives, strict=True)
        for event, screen in life.events
    ]
    fetch(EVENTS, [partner.pk, *_columns(events)])
    enrollments = [
        _enrollment(partner.pk, lead, life) for lead, life in zip(leads, lives, strict=True) if life.enrolled
    ]
    Enrollment.objects.bulk_create([one for one in enrollments if one is not None], batch_size=2_000)
    return len(events)


def _lead(life: Life, telegram_id: int, chance: random.Random, now: datetime) -> tuple[object, ...]:
    total = score([event for event, _screen in life.events], now=now, weights=weights()).total
    status = life.status
    if status == "new":
        status = "hot" if total > 50 else "warming" if total > 20 else "new"
    answers = life.answers
    username = f"demo_{telegram_id % FIRST_ID}" if chance.random() < 0.6 else ""
    return (
        telegram_id, chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES), username, "ru", life.phone, "",
        status, answers.intent or "", answers.pain or "", answers.detail or "", answers.goal or "",
        life.link, life.link, life.came, max(event.at for event, _screen in life.events), life.blocked_at, total,
    )  # fmt: skip


def _enrollment(partner_id: int, lead_id: int, life: Life) -> Enrollment | None:
    """None for who is still in it: nobody is to be written to."""
    if life.enrolled is None or not life.enrolled[3]:
        return None
    key, entered, got, reason, ended = life.enrolled
    return Enrollment(
        partner_id=partner_id,
        lead_id=lead_id,
        sequence=key,
        state=Enrollment.State.FINISHED if reason == "finished" else Enrollment.State.LEFT,
        exit_reason="" if reason == "finished" else reason,
        position=got,
        entered_at=entered,
        ended_at=ended,
    )


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


QUESTIONS = """
INSERT INTO funnels_question (partner_id, lead_id, asker_id, chat_id, thread_id, message_id, text, asked_at, state,
    reason, attempts, finished_at, answer, sources, provider, model, falls, tokens, roubles, thumb, outcome)
SELECT e.partner_id, e.lead_id, l.telegram_id, l.telegram_id, 0, 0, 'Сколько идёт доставка?', e.at,
    CASE WHEN c.state < 0.8 THEN 'answered' WHEN c.state < 0.95 THEN 'unanswered' ELSE 'refused' END,
    CASE WHEN c.state < 0.95 THEN '' ELSE 'medical' END, 1, e.at + c.pause * interval '4 s', '[]', '[]',
    CASE WHEN c.state < 0.7 THEN 'yandex' WHEN c.state < 0.8 THEN 'extractive' ELSE '' END, '',
    CASE WHEN c.state BETWEEN 0.7 AND 0.8 THEN '["yandex: timeout"]' ELSE '[]' END::jsonb,
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
