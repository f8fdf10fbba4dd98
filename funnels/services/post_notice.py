"""«Новый пост»: leads who asked for it hear of a post that their interest fits. Behind the partner's door.

A promotional message like a broadcast: consent, quiet hours and once in twenty hours are the gate's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import QuerySet

from content.messages import Button, Html, Message, Style
from content.models import OutboxMessage, Post
from content.outbox.promises import Promise, promise
from content.posts.links import advert_line, message_url, title_of
from content.queries.post_checks import mark_of
from funnels import wishes
from funnels.segments import Segment
from funnels.services.audience import eligible
from funnels.services.broadcast_confirm import Times
from funnels.services.presets import post_texts
from funnels.variables import SUPPLEMENT_NOTE
from partners.models import Bot, Lead, Partner

NEW = timedelta(hours=3)  # later a post is no news
STALE = timedelta(days=1)
ONCE = timedelta(days=1)
SOURCE = "post_notice"
FOR_CLIENTS, FOR_ALL = Segment(intents=("client", "curious")), Segment()
INTERESTED: Mapping[str, Segment] = {
    "product": FOR_CLIENTS,
    "tips": FOR_CLIENTS,
    "myth_busting": FOR_CLIENTS,
    "business": Segment(intents=("business",)),
}


def due_partners(now: datetime) -> list[int]:
    """Whose new posts somebody wants to hear of. All partners' door."""
    readers = Lead.objects.filter(wants_posts=True, erased_at=None).values("partner")
    return list(_new(now).filter(partner__in=readers).values_list("partner", flat=True).distinct().order_by())


def tell(*, partner_id: int, now: datetime) -> int:
    """How many messages were promised; the same post is promised to nobody twice."""
    bot_id = Bot.objects.filter(partner=partner_id).values_list("pk", flat=True).first()
    if bot_id is None:
        return 0
    posts = _new(now).filter(partner=partner_id).select_related("partner").order_by("-published_at")
    return sum(_tell(post, bot_id, now) for post in posts)


def _new(now: datetime) -> QuerySet[Post]:
    new = Post.objects.filter(state=Post.State.PUBLISHED, published_at__gt=now - NEW, message_id__isnull=False)
    return new.order_by()


def _tell(post: Post, bot_id: int, now: datetime) -> int:
    segment, source = INTERESTED.get(post.kind, FOR_ALL), f"{SOURCE}:{post.pk}"
    leads = eligible(partner_id=post.partner_id, segment=segment, now=now, topic="posts").exclude(
        pk__in=_told_lately(post.partner_id, now)
    )
    message, times = _message(post), Times(post.partner, now)
    promises = [
        Promise(
            chat_id=telegram_id,
            key=f"{source}:{lead_id}",
            message=message,
            not_before=times.first_allowed(phone, last_promo_at),
            lead_id=lead_id,
            not_after=now + STALE,
        )
        for lead_id, telegram_id, phone, last_promo_at in leads.order_by("pk").values_list(
            "pk", "telegram_id", "phone", "last_promo_at"
        )
    ]
    lane = OutboxMessage.Lane.BROADCAST
    return promise(partner_id=post.partner_id, bot_id=bot_id, lane=lane, promises=promises, now=now, source=source)


def _told_lately(partner_id: int, now: datetime) -> QuerySet[OutboxMessage, int | None]:
    notices = OutboxMessage.objects.filter(partner=partner_id, source__startswith=f"{SOURCE}:")
    return notices.filter(created_at__gt=now - ONCE, lead__isnull=False).values_list("lead", flat=True)


def _message(post: Post) -> Message:
    texts, partner = post_texts(), post.partner
    style: Style = "ty" if partner.communication_style == Partner.Style.INFORMAL else "vy"
    html = texts.line("notice", style, title=title_of(post.text))
    if SUPPLEMENT_NOTE in post.text:
        html = Html(f"{html}\n\n<i>{SUPPLEMENT_NOTE}</i>")
    stop = Button(texts.buttons["no_posts"], wishes.topic("posts", wanted=False))
    url = message_url(post.chat_id or 0, post.thread_id, post.message_id or 0)
    rows = ((Button(texts.buttons["open"], url=url),), (stop,)) if url else ((stop,),)
    return Message(Html(f"{html}{advert_line(mark_of(post))}"), buttons=rows)
