"""A new partner's first week: begun by the first run of the bot, ticked by the partner and by what can be seen.

Behind the partner's door.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from content.messages import Message, Style
from content.models import LessonProgress, OutboxMessage, Post
from content.outbox.promises import Promise, promise
from funnels.checklist import DAYS, Sign, Task, day_number
from funnels.checklist_view import ChecklistView
from funnels.models import Alert, Checklist, ChecklistTask
from funnels.nudging import STAYS, STEPS, next_nudge
from funnels.services.presets import checklist_texts, first_week
from funnels.timing import QuietHours
from partners.models import Bot, Lead, Link, Partner

NEW = timedelta(days=30)  # whoever was there before is not reminded of a first week
SAME_VISIT = timedelta(minutes=5)
SOURCE = "checklist"


def unstarted(*, now: datetime) -> list[int]:
    """New partners whose bot runs, and whose week has not begun. Behind the operators' door."""
    bots = Bot.objects.filter(state=Bot.State.RUNNING, partner__created_at__gt=now - NEW, partner__checklist=None)
    return list(bots.order_by("partner_id").values_list("partner_id", flat=True))


def begin(*, partner_id: int, now: datetime) -> Checklist:
    """The week as it is if it has begun already. It begins now, for whoever is not new it began long ago."""
    partner = Partner.objects.get(pk=partner_id)
    is_new = partner.created_at > now - NEW
    values = {"started_at": now if is_new else partner.created_at, "nudges": 0 if is_new else len(STEPS)}
    checklist, created = Checklist.objects.get_or_create(
        partner_id=partner_id, defaults=values | {"offered": not is_new}
    )
    if created:
        checklist.partner = partner
        observe(checklist=checklist, now=now)
        plan_nudge(checklist)
        if "tried" in _signs(partner):  # is in the bot
            _offer(checklist, now)
        checklist.save()
    return checklist


def open_week(*, partner_id: int, now: datetime) -> Checklist:
    """For whoever looks at it: nobody has to offer it any more."""
    checklist = begin(partner_id=partner_id, now=now)
    if not checklist.offered:
        checklist.offered = True
        checklist.save(update_fields=["offered"])
    observe(checklist=checklist, now=now)
    return checklist


def saw(*, partner_id: int, telegram_id: int, now: datetime) -> None:
    """The partner in person has done something in the bot; acts of the same few minutes are one."""
    rows = Checklist.objects.select_for_update(of=("self",), no_key=True).select_related("partner")
    earlier = Q(seen_at=None) | Q(seen_at__lte=now - SAME_VISIT)
    mine = rows.filter(earlier, partner_id=partner_id, partner__telegram_id=telegram_id, finished_at=None)
    checklist = mine.first()
    if checklist is not None:
        checklist.seen_at = now
        plan_nudge(checklist)
        _offer(checklist, now)
        checklist.save()


def toggle(*, checklist: Checklist, task: Task, now: datetime) -> None:
    """Done, or not done after all. What the product has seen by itself stays."""
    done = ChecklistTask.objects.filter(partner_id=checklist.partner_id, task=task.key)
    if done.filter(seen=True).exists():
        return
    if not done.delete()[0]:
        ChecklistTask.objects.create(partner_id=checklist.partner_id, task=task.key, done_at=now)
    _finish_if_done(checklist, now)


def observe(*, checklist: Checklist, now: datetime) -> None:
    """Ticks what can be seen to be done."""
    done = done_tasks(checklist.partner_id)
    open_tasks = [task for task in first_week().tasks if not done.get(task.key)]
    if open_tasks:
        found = _signs(checklist.partner), _lessons(checklist.partner)
        seen = [task for task in open_tasks if task.sign in found[0] or task.lesson in found[1]]
        for task in seen:
            ChecklistTask.objects.update_or_create(
                partner_id=checklist.partner_id,
                task=task.key,
                defaults={"seen": True},
                create_defaults={"seen": True, "done_at": now},
            )
    _finish_if_done(checklist, now)


def done_tasks(partner_id: int) -> dict[str, bool]:
    """Whether the product has seen it, by task."""
    return dict(ChecklistTask.objects.filter(partner=partner_id).values_list("task", "seen"))


def view_of(*, checklist: Checklist, now: datetime) -> ChecklistView:
    partner = checklist.partner
    return ChecklistView(
        checklist_texts(),
        cast(Style, partner.communication_style),
        first_week(),
        done_tasks(partner.pk),
        day_number(checklist.started_at, now, ZoneInfo(partner.time_zone)),
    )


def shown(*, checklist: Checklist, now: datetime, day: int = 0, edits: bool = False) -> Message:
    """`day` 0: the one on which there is something to do."""
    view = view_of(checklist=checklist, now=now)
    if not day and checklist.finished_at is not None:
        return view.finished(edits=edits)
    return view.day(min(day, DAYS) or view.week.day_to_show(view.today, view.done), edits=edits)


def plan_nudge(checklist: Checklist) -> None:
    partner = checklist.partner
    since = checklist.seen_at or checklist.started_at
    zone = ZoneInfo(partner.time_zone)
    finished = checklist.finished_at is not None
    checklist.nudge_at = (
        None if finished else next_nudge(passed=checklist.nudges, since=since, quiet=quiet_of(partner), zone=zone)
    )


def quiet_of(partner: Partner) -> QuietHours:
    return QuietHours(start=partner.quiet_from, end=partner.quiet_to)


def tell(*, checklist: Checklist, key: str, message: Message, until: datetime, now: datetime) -> None:
    """`key` makes it one message for ever; after `until` it is not sent any more."""
    partner = checklist.partner
    bot_id = Bot.objects.filter(partner=partner).values_list("pk", flat=True).first()
    if partner.telegram_id is None or bot_id is None:
        return
    said = Promise(partner.telegram_id, f"{SOURCE}:{key}", message, not_before=now, not_after=until)
    lane = OutboxMessage.Lane.ALERT
    promise(partner_id=partner.pk, bot_id=bot_id, lane=lane, promises=[said], now=now, source=SOURCE)


def _offer(checklist: Checklist, now: datetime) -> None:
    """Whoever is in the bot just now is awake, whatever the quiet hours say."""
    if not checklist.offered:
        checklist.offered = True
        message = view_of(checklist=checklist, now=now).offer()
        tell(checklist=checklist, key="offer", message=message, until=now + STAYS, now=now)


def _finish_if_done(checklist: Checklist, now: datetime) -> None:
    if checklist.finished_at is None and first_week().is_done(done_tasks(checklist.partner_id)):
        checklist.finished_at, checklist.nudge_at = now, None
        checklist.save(update_fields=["finished_at", "nudge_at"])


def _signs(partner: Partner) -> set[Sign | None]:
    """What the partner has done already; one query."""
    mine = {"partner": OuterRef("pk")}
    own = Q(telegram_id=partner.telegram_id or 0)
    helpers = Q(telegram_id__in=partner.admin_telegram_ids)
    found = Partner.objects.filter(pk=partner.pk).values_list(
        Exists(Lead.objects.filter(own, **mine)),
        Exists(Lead.objects.filter(**mine).exclude(own | helpers)),
        Exists(Link.objects.filter(**mine)),
        Exists(Post.objects.filter(state=Post.State.PUBLISHED, **mine)),
        Exists(Alert.objects.filter(state=Alert.State.HANDLED, **mine)),
    )
    tried, lead, link, post, handled = found.get()
    signs: dict[Sign, bool] = {
        "tried": tried,
        "lead": lead,
        "link": link,
        "post": post,
        "handled": handled,
        "group": partner.group_id is not None,
        "story": bool(partner.story.strip()),
    }
    return {sign for sign, is_seen in signs.items() if is_seen}


def _lessons(partner: Partner) -> set[str]:
    mine = LessonProgress.objects.filter(partner=partner, telegram_id=partner.telegram_id or 0)
    lessons = mine.filter(done_at__isnull=False)
    return {f"{course}.{lesson}" for course, lesson in lessons.values_list("course", "lesson")}
