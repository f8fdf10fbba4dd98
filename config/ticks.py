"""Whether beat and a worker live: a tick leaves a mark in Redis that soon fades."""

from __future__ import annotations

from functools import lru_cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

MARK = "curator:tick"
FADES = 60  # seconds; the tick comes every ten
TIMEOUT = 2


def leave_mark() -> None:
    server().set(MARK, 1, ex=FADES)


def is_there() -> bool:
    return bool(server().exists(MARK))


def server() -> redis.Redis:
    return _server(settings.REDIS_URL)


@lru_cache(maxsize=2)
def _server(url: str) -> redis.Redis:
    """One try, so that a question about health is answered soon."""
    once = Retry(NoBackoff(), 0)
    return redis.Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=once)
