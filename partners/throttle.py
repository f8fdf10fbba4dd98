"""Counters of attempts in Redis. They are counted before the attempt is made, so a hundred at once gain nothing."""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from functools import lru_cache

import redis
from django.conf import settings

log = logging.getLogger(__name__)
TIMEOUT = 2  # seconds


def attempt(*, what: str, whose: str, most: int, seconds: int) -> int:
    """Counts one more; how many seconds to wait if that is too many, else 0. `most` 0: no limit.

    Without Redis nobody is locked out: the password and the second factor still stand.
    """
    if not most:
        return 0
    key = _key(what, whose)
    try:
        with _redis(settings.REDIS_URL).pipeline() as pipe:
            pipe.set(key, 0, ex=seconds, nx=True)  # EXPIRE … NX would need Redis 7
            pipe.incr(key)
            pipe.ttl(key)
            _begun, count, left = pipe.execute()
    except redis.RedisError:
        log.warning("Redis does not answer: %s is not limited", what)
        return 0
    return max(1, int(left)) if count > most else 0


def forget(*, what: str, whose: str) -> None:
    """It was the right person after all: the wrong attempts before do not count."""
    with suppress(redis.RedisError):
        _redis(settings.REDIS_URL).delete(_key(what, whose))


def give_back(*, what: str, whose: str, seconds: int) -> None:
    """This attempt does not count; the others of the same key do."""
    key = _key(what, whose)
    with suppress(redis.RedisError), _redis(settings.REDIS_URL).pipeline() as pipe:
        pipe.set(key, 1, ex=seconds, nx=True)
        pipe.decr(key)
        pipe.execute()


def _key(what: str, whose: str) -> str:
    """No names or addresses lie in Redis."""
    return f"throttle:{what}:{hashlib.sha256(whose.encode()).hexdigest()[:32]}"


@lru_cache(maxsize=2)
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
