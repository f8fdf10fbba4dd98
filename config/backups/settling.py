"""A restored database believes that it is still the hour of the backup; what was promised then has long been sent.

Nothing that was due leaves by itself: bots come back stopped, due messages and posts wait for a person as «perhaps
sent», due warm-up messages count as missed. Whatever is due later goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from content.services import after_restore as content
from funnels.services import after_restore as funnels
from partners import tenancy
from partners.services import after_restore as partners


@dataclass(frozen=True)
class Settled:
    ran: list[str]  # slugs of the partners whose bots ran when the backup was made
    started: bool
    messages: int
    posts: int
    warmups: int
    readable: bool  # whether FIELD_ENCRYPTION_KEYS fit


def settle(*, now: datetime, start: bool) -> Settled:
    with tenancy.all_partners():
        ran = partners.stop_bots(start=start)
        partners.plan_digests_anew()
        messages = content.messages_perhaps_sent(now=now)
        posts = content.posts_perhaps_published(now=now)
        partner_ids = funnels.with_due_warmups(now=now)
        readable = partners.secrets_are_readable()
    warmups = 0
    for partner_id in partner_ids:
        with tenancy.partner(partner_id):
            warmups += funnels.miss_due_warmups(partner_id=partner_id, now=now)
    return Settled(ran, start, messages, posts, warmups, readable)


def carry_on() -> Settled:
    """The installation had stopped before the backup: nothing has been sent since, so everything goes on as it was."""
    with tenancy.all_partners():
        ran = partners.stop_bots(start=True)
        return Settled(ran, started=True, messages=0, posts=0, warmups=0, readable=partners.secrets_are_readable())
