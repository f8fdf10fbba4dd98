"""Where people and bots are found: t.me, or the sandbox while `make run` plays Telegram."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings


def telegram_address(username: str, code: str = "") -> str:
    """`code`: that of a deep link."""
    address = f"{settings.TELEGRAM_LINK_URL}/{quote(username, safe='')}"
    return f"{address}?start={code}" if code else address


def chat_address(chat_id: int, *numbers: int) -> str:
    """Of a topic or a message in a group or channel, for its members; empty for any other chat."""
    inner = str(chat_id)
    if not inner.startswith("-100"):
        return ""
    return "/".join([f"{settings.TELEGRAM_LINK_URL}/c/{inner.removeprefix('-100')}", *map(str, numbers)])
