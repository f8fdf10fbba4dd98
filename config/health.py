"""Two questions of whoever watches the process: does it live, and can it work?"""

from __future__ import annotations

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from config import ticks
from config.celery import app

UNREACHABLE = "can't be reached"


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """503 names what is wrong, never an address: the page is public."""
    checks = {"database": _database, "migrations": _migrations, "redis": _redis, "ticks": _ticks}
    if settings.CELERY_BROKER_URL.startswith("amqp"):
        checks["rabbitmq"] = _rabbitmq
    found = {name: check() for name, check in checks.items()}
    is_ready = all(answer == "ok" for answer in found.values())
    return JsonResponse({"ready": is_ready, "checks": found}, status=200 if is_ready else 503)


def _database() -> str:
    return _asked(lambda: connection.cursor().execute("SELECT 1"))


def _redis() -> str:
    return _asked(lambda: ticks.server().ping())


def _rabbitmq() -> str:
    with app.connection_for_write(settings.CELERY_BROKER_URL, connect_timeout=ticks.TIMEOUT) as broker:
        try:
            broker.connect()
        except broker.connection_errors:
            return UNREACHABLE
    return "ok"


_migrated = False  # nobody takes a migration back while the process runs, and to look costs a quarter of a second


def _migrations() -> str:
    global _migrated

    def look() -> str:
        executor = MigrationExecutor(connection)
        waits = executor.migration_plan(executor.loader.graph.leaf_nodes())
        return "not applied: manage.py migrate" if waits else "ok"

    if not _migrated:
        answer = _asked(look)
        if answer != "ok":
            return answer
        _migrated = True
    return "ok"


def _ticks() -> str:
    return _asked(lambda: "ok" if ticks.is_there() else "none for a minute: does beat run, does a worker?")


def _asked(question: Callable[[], object]) -> str:
    """What it answers, if that is a sentence."""
    try:
        answer = question()
    except (DatabaseError, redis.RedisError):
        return UNREACHABLE
    return answer if isinstance(answer, str) else "ok"
