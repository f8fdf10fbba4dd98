"""How often an address may do something on the public pages: counted in Redis, for all web processes together."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from functools import lru_cache

import redis
from django.conf import settings
from django.http import HttpRequest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rate:
    """`times` in `seconds` from the first one on."""

    name: str
    times: int
    seconds: int


def allows(rate: Rate, request: HttpRequest) -> bool:
    """Counts this one. Without Redis everybody is let in: a form that works matters more than the count."""
    key = f"rate:{rate.name}:{_hashed(request.META.get('REMOTE_ADDR', ''))}"
    try:
        counted = int(_client(settings.REDIS_URL).eval(COUNT, 1, key, str(rate.seconds)))
    except redis.RedisError as error:
        log.warning("rates are not counted: %s", type(error).__name__)
        return True
    return counted <= rate.times


# In one step, so that no key is left without an end.
COUNT = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return n
"""


@lru_cache(maxsize=2)
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)


def _hashed(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:16]
