"""getUpdates, webhooks and the bot's session."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from ..errors import bad_request
from ..render import bot_json
from ..state import Json, Webhook
from .registry import Call, method


@method
def get_me(call: Call) -> Json:
    return {
        **bot_json(call.bot),
        "can_join_groups": True,
        "can_read_all_group_messages": not call.bot.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@method
async def get_updates(call: Call) -> list[Json]:
    params = call.params
    _remember_allowed(call)
    limit = min(max(params.integer("limit", 100), 1), 100)
    timeout = min(max(params.integer("timeout"), 0), 50)
    return await call.polling.get_updates(call.bot, offset=params.integer("offset"), limit=limit, timeout=timeout)


def _remember_allowed(call: Call) -> None:
    """Without the parameter the previous choice stays; an empty list is the default choice."""
    allowed = call.params.json("allowed_updates", list)
    if allowed is not None:
        call.bot.allowed_updates = [str(kind) for kind in allowed] or None


@method
def set_webhook(call: Call) -> bool:
    url = call.params.text("url").strip()
    if not url:
        return delete_webhook(call) is True
    if not _acceptable(url):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = call.params.text("secret_token")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    _remember_allowed(call)
    _drop_pending(call)
    call.bot.webhook = Webhook(url, secret)
    call.webhooks.restart(call.bot)
    return True


def _acceptable(url: str) -> bool:
    """HTTPS as in Telegram; plain HTTP only to this very machine."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    try:
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _drop_pending(call: Call) -> None:
    if call.params.flag("drop_pending_updates"):
        call.bot.updates.clear()


@method
def delete_webhook(call: Call) -> bool:
    call.bot.webhook = None
    _drop_pending(call)
    return True


@method
def get_webhook_info(call: Call) -> Json:
    hook = call.bot.webhook
    info: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(call.bot.updates)}
    if hook is not None:
        info |= {"url": hook.url, "max_connections": 1}
        if hook.last_error:
            info |= {"last_error_date": hook.last_error_at, "last_error_message": hook.last_error}
    if call.bot.allowed_updates:
        info["allowed_updates"] = call.bot.allowed_updates
    return info


@method
def log_out(call: Call) -> bool:
    return True


@method
def close(call: Call) -> bool:
    return True
