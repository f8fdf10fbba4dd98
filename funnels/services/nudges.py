"""Reminds newcomers who do not come back of their first week: the row says when.

One transaction promises the message and plans the next one.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from content.messages import Message
from funnels.models import Checklist
from funnels.nudging import expires, newest_step
from funnels.services.checklists import observe, plan_nudge, quiet_of, tell, view_of
from partners.models import Bot


def _due(now: datetime) -> QuerySet[Checklist]:
    """Not those whom nothing may be told, or whose bot is off: their newest nudge waits."""
    return Checklist.objects.filter(
        nudge_at__lte=now,
        partner__lead_notifications=True,
        partner__telegram_id__isnull=False,
        partner__unreachable="",
        partner__bot__wanted=Bot.Wanted.RUNNING,
    )


def due_partners(*, now: datetime) -> list[int]:
    """Behind the operators' door."""
    return list(_due(now).order_by("nudge_at").values_list("partner_id", flat=True))


def nudge(*, partner_id: int, now: datetime) -> bool:
    """Whether a message was promised. Behind the partner's door."""
    rows = _due(now).select_for_update(of=("self",), skip_locked=True, no_key=True)
    checklist = rows.select_related("partner").filter(partner_id=partner_id).first()
    if checklist is None:  # another process has it
        return False
    partner = checklist.partner
    awake = quiet_of(partner).next_allowed(now, ZoneInfo(partner.time_zone))
    if awake > now:  # the hours have changed meanwhile, or an outage lasted into the night
        Checklist.objects.filter(pk=checklist.pk).update(nudge_at=awake)
        return False
    observe(checklist=checklist, now=now)
    return _finished(checklist, now) or _remind(checklist, now)


def _finished(checklist: Checklist, now: datetime) -> bool:
    if checklist.finished_at is None:
        return False
    _tell(checklist, "finished", view_of(checklist=checklist, now=now).finished(), now)
    return True


def _remind(checklist: Checklist, now: datetime) -> bool:
    since = checklist.seen_at or checklist.started_at
    step = newest_step(passed=checklist.nudges, since=since, now=now)
    if step is not None:
        checklist.nudges = step + 1
        _tell(checklist, f"nudge:{step}", view_of(checklist=checklist, now=now).nudge(step), now)
    plan_nudge(checklist)
    checklist.save()
    return step is not None


def _tell(checklist: Checklist, key: str, message: Message, now: datetime) -> None:
    partner = checklist.partner
    until = expires(now=now, quiet=quiet_of(partner), zone=ZoneInfo(partner.time_zone))
    tell(checklist=checklist, key=key, message=message, until=until, now=now)
