"""Posts that were not published, pictures that were not drawn, and plans that bring no post.

Told once each, while the rows are fresh.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from content.ai.troubles import Trouble
from content.messages import Html, escape
from content.models import PictureOrder, Post, PostAct, PostPlan
from content.outbox.words import reason_words
from content.posts.links import chat_link
from funnels.services.notices import tell_everybody
from partners.models import Partner

Act = PostAct.Act
FRESH = timedelta(hours=1)
DRAWN_WITHIN = timedelta(hours=3)  # an order ends after an hour or so, if a worker runs
SOURCE = "posts"


def due_partners(*, now: datetime) -> list[int]:
    """All partners' door."""
    acts = PostAct.objects.filter(act__in=[Act.FAILED, Act.UNKNOWN], at__gt=now - FRESH)
    plans = PostPlan.objects.filter(enabled=True, failures__gt=0)
    rows = (acts, plans, _not_drawn_since(now))
    return sorted({partner_id for found in rows for partner_id in found.values_list("partner_id", flat=True)})


def tell(*, partner_id: int, now: datetime) -> None:
    """Behind the partner's door. A revision that fails again and again is told once, a plan every time."""
    partner = Partner.objects.get(pk=partner_id)
    acts = PostAct.objects.filter(act__in=[Act.FAILED, Act.UNKNOWN], at__gt=now - FRESH, partner=partner)
    for act in acts.select_related("post"):
        key = f"post:{act.post_id}:{act.revision}:{act.act}"
        text = _unknown(act.post) if act.act == Act.UNKNOWN else _failed(act)
        # What waits for the partner comes as a card with buttons, see `post_cards`.
        has_card = not _is_tried_again(act.post)
        tell_everybody(partner=partner, key=key, text=text, source=SOURCE, now=now, spare_partner=has_card)
    for order in _not_drawn_since(now).filter(partner=partner).select_related("post"):
        tell_everybody(partner=partner, key=f"picture:{order.pk}", text=_not_drawn(order), source=SOURCE, now=now)
    for plan in PostPlan.objects.filter(partner=partner, enabled=True, failures__gt=0, next_at__isnull=False):
        key = f"post-plan:{plan.pk}:{plan.next_at:%Y%m%d%H%M}"
        tell_everybody(partner=partner, key=key, text=_barren(plan), source=SOURCE, now=now)


def _failed(act: PostAct) -> Html:
    told = _("⚠️ <b>Post %(number)s (%(kind)s) was not published.</b>\n%(reason)s")
    if _is_tried_again(act.post):
        told += "\n" + _("It is tried again by itself.")
    return Html(told % _facts(act.post, reason_words(act.comment)))


def _is_tried_again(post: Post) -> bool:
    return post.state == Post.State.FAILED and post.due_at is not None


def _unknown(post: Post) -> Html:
    told = _(
        "❓ <b>Post %(number)s (%(kind)s) is perhaps published.</b>\nTelegram did not answer. Look into the group and "
        "say whether it is there: it is not sent again by itself."
    )
    link = chat_link(post.chat_id or 0, post.thread_id)
    return Html(told % _facts(post) + (f"\n{link}" if link else ""))


def _not_drawn_since(now: datetime) -> QuerySet[PictureOrder]:
    """Whoever has decided about the post meanwhile misses no picture."""
    failed = PictureOrder.objects.filter(state=PictureOrder.State.FAILED, asked_at__gt=now - DRAWN_WITHIN)
    return failed.exclude(reason=Trouble.UNWANTED)


def _not_drawn(order: PictureOrder) -> Html:
    told = _("⚠️ <b>The picture for post %(number)s (%(kind)s) was not drawn.</b>\n%(reason)s")
    return Html(told % _facts(order.post, order.sentence))


def _barren(plan: PostPlan) -> Html:
    told = _("⚠️ <b>The plan “%(kind)s” brought no post.</b>\n%(reason)s")
    return Html(told % {"kind": escape(plan.get_kind_display()), "reason": escape(plan.reason)})


def _facts(post: Post, reason: str = "") -> dict[str, object]:
    return {"number": post.pk, "kind": escape(post.get_kind_display()), "reason": escape(reason)}
