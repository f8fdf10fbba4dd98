"""Two questions of whoever watches the process: does it live, and can it work?"""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.celery import app

TIMEOUT = 2  # seconds


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """503 names what is unreachable, never its address: the page is public."""
    checks: dict[str, Callable[[], bool]] = {"PostgreSQL": _database_answers, "Redis": _redis_answers}
    if settings.CELERY_BROKER_URL.startswith("amqp"):
        checks["RabbitMQ"] = _rabbitmq_answers
    silent = [name for name, answers in checks.items() if not answers()]
    if silent:
        return HttpResponse(f"{' and '.join(silent)} can't be reached.\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis_answers() -> bool:
    once = Retry(NoBackoff(), 0)
    with redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=once
    ) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def _rabbitmq_answers() -> bool:
    with app.connection_for_write(settings.CELERY_BROKER_URL, connect_timeout=TIMEOUT) as broker:
        try:
            broker.connect()
        except broker.connection_errors:
            return False
        return True
