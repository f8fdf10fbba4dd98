"""Where Telegram brings the updates of a bot, and the secret by which it is recognized."""

from __future__ import annotations

from functools import lru_cache
from hmac import compare_digest

from django.utils.crypto import salted_hmac

PREFIX = "/telegram/"
LONGEST_ID = 20  # digits


def url_of(base: str, telegram_id: int) -> str:
    return f"{base}{PREFIX}{telegram_id}"


def telegram_id_in(path: str) -> int | None:
    """The number in an address; the way that a proxy may have put before it does not matter."""
    _way, slash, number = path.rpartition(PREFIX)
    is_number = slash and number.isascii() and number.isdecimal() and len(number) <= LONGEST_ID
    return int(number) if is_number else None


@lru_cache(maxsize=100_000)
def secret_of(telegram_id: int) -> str:
    """Made from SECRET_KEY: no receiver has to look it up, and another key replaces all of them."""
    return salted_hmac("botrunner.webhooks", str(telegram_id), algorithm="sha256").hexdigest()


def is_secret(telegram_id: int, told: bytes) -> bool:
    """In constant time."""
    return compare_digest(secret_of(telegram_id).encode(), told)
