"""Measures the whole installation for the page «Load and reserve». Reads only; behind the operators' door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, F, Min, Q, Sum

from analytics.models import Rollup
from botrunner.capacity.load import Bots, Database, Load, Outbox, Spending, Waiting, Workers
from botrunner.services.broker import waiting_tasks
from botrunner.services.disks import disks
from botrunner.services.queues import queues
from botrunner.services.watch import worker_silence
from content.models import OutboxMessage
from funnels.models import Question
from funnels.services.tick import oldest_due
from partners.fastsql import fetch
from partners.models import Bot, BotTraffic, BotVitals
from partners.services.runners import RunnerView, runners

MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)
UNANSWERED = (Question.State.WAITING, Question.State.THINKING)

# Of the whole server: its other databases take places, too. Every bot holds a lock.
SERVER = """
SELECT (SELECT sum(numbackends) FROM pg_stat_database)::int,
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
    (SELECT count(*) FROM pg_locks), current_setting('max_locks_per_transaction')::int
        * (current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int),
    pg_database_size(current_database()),
    (SELECT blks_read::float / nullif(blks_hit + blks_read, 0) FROM pg_stat_database
        WHERE datname = current_database())
"""
TABLES = """
SELECT c.relname, pg_total_relation_size(c.oid) AS bytes
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY c.relpages DESC LIMIT 12
"""


def load(*, now: datetime) -> tuple[Load, list[RunnerView]]:
    """And the runners that it was measured with."""
    crew = runners()
    running = list(Bot.objects.filter(wanted=Bot.Wanted.RUNNING).order_by("pk").values_list("pk", flat=True))
    waiting = queues(bot_ids=running, now=now)
    lanes = {lane.value: waiting.lanes[lane.name.lower()] for lane in OutboxMessage.Lane}
    shared = [runner for runner in crew if runner.alive and not runner.draining and not runner.dedicated]
    alone = sum(runner.bots for runner in crew if runner.alive and runner.dedicated)
    bots = Bots(
        wanted=len(running) - alone,
        places=[runner.capacity for runner in shared],
        updates=_updates(now),
        unanswered=waiting.inbox_age,
    )
    outbox = _outbox(lanes, now)
    return Load(bots, outbox, _workers(now), _database(), disks(), _spending()), crew


def _updates(now: datetime) -> float:
    """A second, since the quarter of an hour before this one began: the present one alone may have just begun."""
    begun = now - timedelta(seconds=now.timestamp() % QUARTER.total_seconds()) - QUARTER
    updates: int | None = BotTraffic.objects.filter(at__gte=begun).aggregate(all=Sum("updates"))["all"]
    return (updates or 0) / (now - begun).total_seconds()


def _outbox(lanes: dict[int, Waiting], now: datetime) -> Outbox:
    sent = OutboxMessage.objects.filter(state=OutboxMessage.State.SENT, finished_at__gt=now - MINUTE)
    counts = list(sent.order_by().values("bot_id").annotate(sent=Count("pk")).values_list("sent", flat=True))
    seconds = MINUTE.total_seconds()
    return Outbox(lanes, sum(counts) / seconds, max(counts, default=0) / seconds, settings.TELEGRAM_RATE)


def _workers(now: datetime) -> Workers:
    timer = oldest_due(now=now)
    asked = Question.objects.filter(state__in=UNANSWERED).aggregate(first=Min("asked_at"))["first"]
    counted = Rollup.objects.values_list("counted_at", flat=True).first()
    return Workers(
        silence=worker_silence(),
        tasks=waiting_tasks(),
        timer=_since(timer, now),
        question=_since(asked, now),
        counted=_since(counted, now) if counted else None,
    )


def _database() -> Database:
    [(connections, places, locks, lock_room, size, missed)] = fetch(SERVER, [])
    tables: Sequence[tuple[str, int]] = sorted(fetch(TABLES, []), key=lambda table: -table[1])
    return Database(connections, places, locks, lock_room, size, tables, missed)


def _spending() -> Spending:
    """As the fleet's board measured it last."""
    sums = BotVitals.objects.aggregate(
        spent=Sum("ai_spent"), cap=Sum("ai_cap"), calls=Sum("ai_hour"), failed=Sum("ai_failed_hour"),
        exhausted=Count("pk", filter=Q(ai_cap__gt=0, ai_spent__gte=F("ai_cap"))),
    )  # fmt: skip
    return Spending(
        float(sums["spent"] or 0), float(sums["cap"] or 0), sums["exhausted"], sums["calls"] or 0, sums["failed"] or 0
    )


def _since(moment: datetime | None, now: datetime) -> timedelta:
    return max(timedelta(), now - moment) if moment else timedelta()
