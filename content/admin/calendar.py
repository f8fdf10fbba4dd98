"""The calendar of posts: a month or a week, and moving a post to another day or hour."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from content.admin.post_page import sentences
from content.models import Post
from content.posts.moments import NoSuchTime, moment_of
from content.queries.post_calendar import Entry, entries, waiting
from content.services.posts import desk
from content.services.posts.decision import Decision, Outcome
from partners import clock
from partners.access import membership_of, sees_all_partners
from partners.admin.base import PanelAdmin
from partners.admin.people import name_of
from partners.models import Partner

MORNING, EVENING = 8, 21  # the hours that a week shows in any case
FIRST_TIME = time(10)  # of a post that had no time before it was put on a day
EARLIEST, LATEST = date(2020, 1, 1), date(2100, 1, 1)
MOST_OF_A_DAY = 8  # in the month of everybody
STATUS = {
    Outcome.DONE: HTTPStatus.OK,
    Outcome.STALE: HTTPStatus.CONFLICT,
    Outcome.LATE: HTTPStatus.CONFLICT,
    Outcome.REFUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
}


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    entries: Sequence[Entry]
    is_today: bool
    is_outside: bool  # of the month that is shown

    @property
    def shown(self) -> Sequence[Entry]:
        return self.entries[:MOST_OF_A_DAY]

    @property
    def more(self) -> int:
        return len(self.entries) - len(self.shown)


@dataclass(frozen=True, slots=True)
class Hour:
    hour: int
    cells: Sequence[tuple[date, Sequence[Entry]]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to see: an operator of any partner, a partner the own posts."""

    partner_id: int | None
    day: date
    view: str
    is_operator: bool

    @classmethod
    def of(cls, request: HttpRequest) -> Wish:
        operator, membership = sees_all_partners(request.user), membership_of(request.user)
        asked = request.GET.get("partner", "")
        chosen = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 18 else None
        return cls(
            partner_id=chosen if operator else membership.partner_id if membership else 0,
            day=_day(request.GET.get("day", "")) or clock.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date(),
            view="week" if request.GET.get("view") == "week" else "month",
            is_operator=operator,
        )

    @property
    def days(self) -> list[date]:
        if self.view == "week":
            monday = self.day - timedelta(days=self.day.weekday())
            return [monday + timedelta(days=number) for number in range(7)]
        return list(calendar.Calendar().itermonthdates(self.day.year, self.day.month))

    def at(self, **changed: Any) -> str:
        own = {"view": self.view, "day": self.day.isoformat(), "partner": self.partner_id if self.is_operator else ""}
        return "?" + urlencode({name: value for name, value in (own | changed).items() if value})

    @property
    def before(self) -> str:
        return self.at(day=_shifted(self, -1))

    @property
    def after(self) -> str:
        return self.at(day=_shifted(self, 1))

    @property
    def today(self) -> str:
        return self.at(day="")

    @property
    def views(self) -> Mapping[str, str]:
        return {"month": self.at(view="month"), "week": self.at(view="week")}


class MoveForm(forms.Form):
    """`was`: the moment from which the post is dragged away; empty for one that had none. `hour`: of the week."""

    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    was = forms.DateTimeField(required=False)
    day = forms.DateField()
    hour = forms.IntegerField(min_value=0, max_value=23, required=False)

    def moment(self, zone: ZoneInfo) -> datetime:
        """Raises NoSuchTime. In a month a post keeps its time, in a week its minutes."""
        was, hour = self.cleaned_data["was"], self.cleaned_data["hour"]
        kept = was.astimezone(zone).time() if was else FIRST_TIME
        at = kept if hour is None else time(hour, kept.minute)
        return moment_of(self.cleaned_data["day"], at, zone)


class CalendarPages(PanelAdmin):
    def calendar(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        wish, now = Wish.of(request), clock.now()
        days = wish.days
        found = entries(partner_id=wish.partner_id, first=days[0], last=days[-1], now=now)
        partner = Partner.objects.filter(pk=wish.partner_id).first() if wish.partner_id else None
        zone = ZoneInfo(partner.time_zone if partner else settings.TIME_ZONE)
        grid = _days(wish, found, now.astimezone(zone).date())
        context = {
            **self.admin_site.each_context(request),
            "title": _("Calendar of posts"),
            "opts": self.opts,
            "wish": wish,
            "partner": partner,
            "partners": Partner.objects.order_by("name").values_list("pk", "name") if wish.is_operator else (),
            "days": grid,
            "hours": _hours(grid) if wish.view == "week" else (),
            "waiting": waiting(wish.partner_id),
            "may_move": self.has_change_permission(request),
            "states": Post.State.choices,
        }
        return TemplateResponse(request, "admin/content/calendar.html", context)

    def move(self, request: HttpRequest, pk: int) -> JsonResponse:
        """For the drag: the outcome of the desk and a sentence."""
        if not self.has_change_permission(request):
            return _answer("forbidden", _("You may only look at posts."), HTTPStatus.FORBIDDEN)
        post = Post.objects.select_related("partner").filter(pk=pk).first()
        if post is None:
            return _answer("unknown", _("There is no such post."), HTTPStatus.NOT_FOUND)
        form = MoveForm(request.POST)
        if not form.is_valid():
            return _answer("unreadable", _("Reload the page and try once more."), HTTPStatus.BAD_REQUEST)
        try:
            at = form.moment(ZoneInfo(post.partner.time_zone))
        except NoSuchTime as error:
            return _answer("refused", str(error), HTTPStatus.UNPROCESSABLE_ENTITY)
        decision = _moved(post, form, at, name_of(request))
        if not decision.done:
            return _answer(decision.outcome, " ".join(sentences(decision)), STATUS[decision.outcome])
        local = at.astimezone(ZoneInfo(post.partner.time_zone))
        return _answer(decision.outcome, _("It is scheduled for %(when)s.") % {"when": f"{local:%d.%m, %H:%M}"})


def _moved(post: Post, form: MoveForm, at: datetime, by: str) -> Decision:
    known = {"post_id": post.pk, "revision": form.cleaned_data["revision"], "at": at, "by": by, "now": clock.now()}
    if was := form.cleaned_data["was"]:
        return desk.reschedule(was=was, **known)
    return desk.schedule(**known)


def _answer(outcome: str, sentence: str, status: HTTPStatus = HTTPStatus.OK) -> JsonResponse:
    return JsonResponse({"outcome": outcome, "sentence": sentence}, status=status)


def _day(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed[:10])
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def _shifted(wish: Wish, by: int) -> str:
    if wish.view == "week":
        return (wish.day + timedelta(days=7 * by)).isoformat()
    first = wish.day.replace(day=1)
    return (first + timedelta(days=31) if by > 0 else first - timedelta(days=1)).replace(day=1).isoformat()


def _days(wish: Wish, found: Sequence[Entry], today: date) -> list[Day]:
    by_day: dict[date, list[Entry]] = {}
    for entry in found:
        by_day.setdefault(entry.at.date(), []).append(entry)
    outside = wish.view == "month"
    return [Day(day, by_day.get(day, []), day == today, outside and day.month != wish.day.month) for day in wish.days]


def _hours(days: Sequence[Day]) -> list[Hour]:
    """The usual hours, and whatever earlier or later ones are taken."""
    taken = {entry.at.hour for day in days for entry in day.entries} | {MORNING, EVENING}
    return [
        Hour(hour, [(day.date, [one for one in day.entries if one.at.hour == hour]) for day in days])
        for hour in range(min(taken), max(taken) + 1)
    ]
