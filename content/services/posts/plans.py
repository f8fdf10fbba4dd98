"""Plans of posts: a crontab for each type, in the partner's zone. Behind the partner's door, if nothing else is said.

What is missed while nobody ran is one post, not many; what fails waits longer every time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from content.models import Post, PostPlan
from content.posts.crontab import checked, next_run, upcoming
from content.posts.kinds import DAYS, Kind, shipped, weekly_plan
from content.posts.picking import Lacking
from content.queries.post_pools import next_idea
from content.services.posts.decision import CURATOR
from content.services.posts.drafts import order
from partners.models import Partner

BACK_OFF, LONGEST_PAUSE = timedelta(hours=6), timedelta(days=14)
MOST_WAITING = 3  # posts of a type that nobody has decided about


def save_plan(*, partner_id: int, kind: Kind, crontab: str, enabled: bool = True, now: datetime) -> PostPlan:
    """The plan of this type with this crontab. Raises content.posts.crontab.BadCrontab."""
    zone = _zone(partner_id)
    crontab = checked(crontab, zone, now)
    next_at = next_run(crontab, zone, now) if enabled else None
    values = {"enabled": enabled, "next_at": next_at, "failures": 0, "reason": ""}
    plan, _created = PostPlan.objects.update_or_create(
        partner_id=partner_id, kind=kind, crontab=crontab, defaults=values
    )
    return plan


def change_plan(*, plan: PostPlan, crontab: str, enabled: bool, now: datetime) -> None:
    """Raises BadCrontab, or IntegrityError if the type has such a plan already."""
    zone = _zone(plan.partner_id)
    plan.crontab, plan.enabled = checked(crontab, zone, now), enabled
    plan.next_at = next_run(plan.crontab, zone, now) if enabled else None
    plan.failures, plan.reason = 0, ""
    plan.save()


def delete_plan(*, plan: PostPlan) -> None:
    plan.delete()


def propose_week(*, partner_id: int, now: datetime) -> int:
    """The week as the types propose it, for a partner without plans. How many are new."""
    if PostPlan.objects.filter(partner=partner_id).exists():
        return 0
    week = weekly_plan(shipped())
    for slot, kind in week:
        hour, minute = slot.at.split(":")
        crontab = f"{int(minute)} {int(hour)} * * {DAYS.index(slot.day) + 1}"
        save_plan(partner_id=partner_id, kind=kind, crontab=crontab, now=now)
    return len(week)


def next_runs(plan: PostPlan, now: datetime, count: int = 5) -> Sequence[datetime]:
    """Of its crontab, in UTC; the first one that is really kept is `plan.next_at`."""
    return upcoming(plan.crontab, _zone(plan.partner_id), now, count) if plan.enabled else []


def zone_changed(*, partner_id: int, now: datetime) -> None:
    """The same hours in another zone."""
    zone = _zone(partner_id)
    for plan in PostPlan.objects.filter(partner=partner_id, enabled=True):
        plan.next_at = next_run(plan.crontab, zone, now)
        plan.save(update_fields=["next_at"])


def due_partners(now: datetime) -> list[int]:
    """All partners' door."""
    rows = PostPlan.objects.filter(enabled=True, next_at__lte=now)
    return list(rows.values_list("partner_id", flat=True).distinct().order_by())


def run_due(*, partner_id: int, now: datetime) -> int:
    """How many were due."""
    plans = PostPlan.objects.select_for_update(skip_locked=True).filter(
        partner=partner_id, enabled=True, next_at__lte=now
    )
    due = list(plans.order_by("next_at", "pk"))
    for plan in due:
        _run(plan, now)
    return len(due)


def _run(plan: PostPlan, now: datetime) -> None:
    plan.reason = _order(plan, now)
    plan.failures = plan.failures + 1 if plan.reason else 0
    pause = min(BACK_OFF * 2 ** (plan.failures - 1), LONGEST_PAUSE) if plan.failures else timedelta(0)
    plan.next_at = next_run(plan.crontab, _zone(plan.partner_id), now + pause)
    plan.save(update_fields=["reason", "failures", "next_at"])


def _order(plan: PostPlan, now: datetime) -> str:
    """Why there is no post; empty if there is one."""
    waiting = Post.objects.filter(partner=plan.partner_id, kind=plan.kind)
    if waiting.filter(state__in=[Post.State.DRAFT, Post.State.PENDING]).count() >= MOST_WAITING:
        return _("%(count)s posts of this type wait for a decision already.") % {"count": MOST_WAITING}
    idea = next_idea(plan.partner_id, shipped().types[plan.kind])
    idea_id = idea.pk if idea else None
    try:
        with transaction.atomic():
            order(partner_id=plan.partner_id, kind=plan.kind, by=CURATOR, now=now, idea_id=idea_id)  # type: ignore[arg-type]
    except Lacking as error:
        return str(error)[:200]
    return ""


def _zone(partner_id: int) -> ZoneInfo:
    return ZoneInfo(Partner.objects.only("time_zone").get(pk=partner_id).time_zone)
