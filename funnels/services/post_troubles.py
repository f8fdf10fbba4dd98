"""Posts that were not published, and plans that bring none: told once each, while the rows are fresh."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from content.messages import Html, escape
from content.models import Post, PostAct, PostPlan
from content.outbox.words import reason_words
from content.posts.links import chat_link
from funnels.services.notices import tell_everybody
from partners.models import Partner

Act = PostAct.Act
FRESH = timedelta(hours=1)
SOURCE = "posts"


def due_partners(*, now: datetime) -> list[int]:
    """All partners' door."""
    acts = PostAct.objects.filter(act__in=[Act.FAILED, Act.UNKNOWN], at__gt=now - FRESH)
    plans = PostPlan.objects.filter(enabled=True, failures__gt=0)
    found = {*acts.values_list("partner_id", flat=True), *plans.values_list("partner_id", flat=True)}
    return sorted(found)


def tell(*, partner_id: int, now: datetime) -> None:
    """Behind the partner's door. A revision that fails again and again is told once, a plan every time."""
    partner = Partner.objects.get(pk=partner_id)
    acts = PostAct.objects.filter(act__in=[Act.FAILED, Act.UNKNOWN], at__gt=now - FRESH, partner=partner)
    for act in acts.select_related("post"):
        key = f"post:{act.post_id}:{act.revision}:{act.act}"
        text = _unknown(act.post) if act.act == Act.UNKNOWN else _failed(act)
        tell_everybody(partner=partner, key=key, text=text, source=SOURCE, now=now)
    for plan in PostPlan.objects.filter(partner=partner, enabled=True, failures__gt=0, next_at__isnull=False):
        key = f"post-plan:{plan.pk}:{plan.next_at:%Y%m%d%H%M}"
        tell_everybody(partner=partner, key=key, text=_barren(plan), source=SOURCE, now=now)


def _failed(act: PostAct) -> Html:
    told = _("⚠️ <b>Post %(number)s (%(kind)s) was not published.</b>\n%(reason)s")
    if act.post.due_at:
        told += "\n" + _("It is tried again by itself.")
    return Html(told % _facts(act.post, reason_words(act.comment)))


def _unknown(post: Post) -> Html:
    told = _(
        "❓ <b>Post %(number)s (%(kind)s) is perhaps published.</b>\nTelegram did not answer. Look into the group and "
        "say whether it is there: it is not sent again by itself."
    )
    link = chat_link(post.chat_id or 0, post.thread_id)
    return Html(told % _facts(post) + (f"\n{link}" if link else ""))


def _barren(plan: PostPlan) -> Html:
    told = _("⚠️ <b>The plan “%(kind)s” brought no post.</b>\n%(reason)s")
    return Html(told % {"kind": escape(plan.get_kind_display()), "reason": escape(plan.reason)})


def _facts(post: Post, reason: str = "") -> dict[str, object]:
    return {"number": post.pk, "kind": escape(post.get_kind_display()), "reason": escape(reason)}
