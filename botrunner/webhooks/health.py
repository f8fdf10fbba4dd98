"""What getWebhookInfo tells of a webhook: is it ours, and does it work? Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any


class Trouble(StrEnum):
    LOST = "lost"  # another address, or none
    KINDS = "kinds"  # other kinds of updates
    REFUSED = "refused"  # our receivers do not know the secret: SECRET_KEY is another one since
    STUCK = "stuck"  # Telegram waits longer and longer between its tries


def judge(info: Mapping[str, Any], before: Mapping[str, Any], *, url: str, allowed: Sequence[str]) -> Trouble | None:
    """`before` is the last look's answer, empty at the first one: what waits then waits for a bot that was away."""
    if info.get("url") != url:
        return Trouble.LOST
    if set(info.get("allowed_updates", ())) != set(allowed):
        return Trouble.KINDS
    if info.get("last_error_date") in (None, before.get("last_error_date")):
        return None
    if before and "403" in info.get("last_error_message", ""):
        return Trouble.REFUSED
    waiting, waited = info.get("pending_update_count", 0), before.get("pending_update_count", 1)
    return Trouble.STUCK if waiting >= waited > 0 else None
