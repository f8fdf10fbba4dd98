"""What people do with published posts, as Telegram tells it, and how it grows. Behind the partner's door.

What stands under a post that is not this partner's is none of our business.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import LiteralString

from content.models import OutboxMessage, Post, PostEvent, PostNumbers, PostReaction
from content.queries.post_numbers import counted
from content.services.posts.totals import recount
from partners.fastsql import fetch

ALL = 0  # the `person` of a count that Telegram gives without names: channels, anonymous reactions
BATCH = 500
HOURLY, DAILY = timedelta(days=3), timedelta(days=30)  # after that nobody looks at growth any more


def react(
    *, partner_id: int, chat_id: int, message_id: int, person: int, emoji: Mapping[str, int], now: datetime
) -> None:
    """What this person, or everybody (`ALL`), shows under the message now, in place of what it was; empty: nothing."""
    post_id = post_of(partner_id=partner_id, chat_id=chat_id, message_id=message_id)
    if post_id is None:
        return
    if not emoji:
        PostReaction.objects.filter(post=post_id, person=person).delete()
    else:
        PostReaction.objects.update_or_create(
            post_id=post_id, person=person, defaults={"partner_id": partner_id, "emoji": dict(emoji), "at": now}
        )
    recount([post_id])


def comment(*, partner_id: int, chat_id: int, message_id: int, now: datetime) -> bool:
    """Somebody answered this message; whether it is a post. Neither who nor what is kept."""
    post_id = post_of(partner_id=partner_id, chat_id=chat_id, message_id=message_id)
    if post_id is None:
        return False
    PostEvent.objects.create(partner_id=partner_id, post_id=post_id, kind=PostEvent.Kind.COMMENT, at=now)
    recount([post_id])
    return True


def post_of(*, partner_id: int, chat_id: int, message_id: int) -> int | None:
    posts = Post.objects.filter(partner=partner_id)
    found = posts.filter(chat_id=chat_id, message_id=message_id).values_list("pk", flat=True).first()
    if found is not None:
        return found
    # People are quicker than the tick that takes over the number of a message that was just sent.
    under_way = posts.filter(state=Post.State.PUBLISHING).values_list("pk", flat=True)
    sources = {f"post:{pk}": pk for pk in under_way}
    if not sources:
        return None
    sent = OutboxMessage.objects.filter(
        partner=partner_id, source__in=sources, chat_id=chat_id, message_id=message_id
    ).values_list("source", flat=True)
    return next((sources[source] for source in sent), None)


def forget_person(*, partner_id: int, telegram_id: int) -> None:
    """The reactions stay as counts; whose they were is not known any more. Accounts have positive ids."""
    for reaction in PostReaction.objects.filter(partner=partner_id, person=telegram_id):
        reaction.person = -reaction.pk
        reaction.save(update_fields=["person"])


DUE: LiteralString = """
SELECT p.id FROM content_post p
LEFT JOIN LATERAL (
    SELECT max(n.at) AS at FROM content_postnumbers n WHERE n.post_id = p.id
) last ON true
WHERE p.partner_id = ANY(%b) AND p.state = 'published' AND p.published_at > %s
    AND coalesce(last.at, p.published_at) <= CASE WHEN p.published_at > %s THEN %s ELSE %s END
ORDER BY p.id LIMIT %s
"""


def due_partners(now: datetime) -> list[int]:
    """Who has posts that are young enough to be counted. All partners' door."""
    young = Post.objects.filter(state=Post.State.PUBLISHED, published_at__gt=now - DAILY)
    return list(young.values_list("partner", flat=True).distinct().order_by())


def take_snapshots(*, partner_id: int, now: datetime) -> int:
    """Every hour for three days, then every day for thirty; returns how many were due."""
    hour, day = now - timedelta(hours=1), now - timedelta(days=1)
    pks = [row[0] for row in fetch(DUE, [[partner_id], now - DAILY, now - HOURLY, hour, day, BATCH])]
    rows = [
        PostNumbers(
            partner_id=partner_id,
            post_id=pk,
            at=now,
            reactions=numbers.reactions,
            by_emoji=dict(numbers.by_emoji),
            clicks=numbers.clicks,
            comments=numbers.comments,
        )
        for pk, numbers in counted(pks).items()
    ]
    PostNumbers.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
