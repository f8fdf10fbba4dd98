"""Asks Telegram about a token before there is a bot of it. The runner's own calls are botrunner's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import requests
from django.conf import settings
from django.utils.translation import gettext as _

from partners.fields import Secret
from partners.services.bots import TokenRefused, telegram_id_of

TIMEOUT = (3.0, 5.0)  # seconds: to connect, to read
MOST_BYTES = 64 * 1024


class Unreachable(RuntimeError):
    """Telegram does not answer: nobody's mistake, and no reason to keep anybody waiting."""

    def __init__(self) -> None:
        super().__init__(_("Telegram does not answer right now. What you typed is kept; it will be checked later."))


@dataclass(frozen=True, slots=True)
class Me:
    username: str
    name: str


def get_me(token: Secret) -> Me:
    """Raises TokenRefused, Unreachable."""
    telegram_id_of(token)
    answer = _call(token, "getMe")
    result = answer.get("result")
    if not answer.get("ok") or not isinstance(result, dict):
        raise TokenRefused(_("Telegram does not know this token. Copy it from @BotFather anew: /mybots → API Token."))
    return Me(str(result.get("username", ""))[:64], str(result.get("first_name", ""))[:64])


def group_title(token: Secret, group_id: str) -> str:
    """Empty if the bot cannot see the group. Raises TokenRefused, Unreachable."""
    telegram_id_of(token)
    answer = _call(token, "getChat", chat_id=group_id)
    result = answer.get("result")
    return str(result.get("title", ""))[:255] if answer.get("ok") and isinstance(result, dict) else ""


def _call(token: Secret, method: str, **params: Any) -> dict[str, Any]:
    """Errors of `requests` name the address, and the address holds the token: none of them leaves this function."""
    url = f"{settings.TELEGRAM_API_URL}/bot{token.reveal()}/{method}"
    try:
        with requests.post(url, json=params, timeout=TIMEOUT, stream=True, allow_redirects=False) as response:
            if response.status_code >= 500 or response.status_code == 429:
                raise Unreachable
            body = response.raw.read(MOST_BYTES, decode_content=True)
            answer = json.loads(body)
    except (requests.RequestException, OSError, ValueError):
        raise Unreachable from None
    return answer if isinstance(answer, dict) else {}
