"""The calendar of posts: what stands where, and moving it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from content.models import Post, PostPlan
from content.services.posts import desk, plans
from partners import clock, tenancy
from partners.models import Bot
from tests.content.stored_posts import make_post, make_publisher, press, stored
from tests.factories import NOW, make_partner
from tests.personas import client_of, colleague, operator, owner, stranger

CALENDAR = "/admin/content/post/calendar/"
AT = NOW + timedelta(days=1, minutes=20)  # 3 March, 16:20 in Novosibirsk
State = Post.State

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def bot(db: None) -> Bot:
    return make_publisher("anna", name="Анна", time_zone="Asia/Novosibirsk")


@pytest.fixture
def client(bot: Bot) -> Client:
    return client_of(owner(bot.partner), "en")


@pytest.fixture
def post(bot: Bot) -> Post:
    return make_post(bot.partner, state=State.SCHEDULED, due_at=AT)


def drag(client: Client, post: Post, **place: Any) -> Any:
    sent = {"revision": post.revision, "was": post.due_at.isoformat() if post.due_at else ""} | place
    return client.post(f"/admin/content/post/{post.pk}/move/", sent)


def cell(html: str, day: str, hour: int | None = None) -> str:
    mark = f'data-day="{day}"' + (f' data-hour="{hour}"' if hour is not None else "")
    found = re.search(rf"{mark}>(.*?)</div>", html, re.DOTALL)
    return found[1] if found else ""


def test_posts_stand_on_the_days_of_their_partner(bot: Bot, client: Client, post: Post) -> None:
    late = make_post(bot.partner, state=State.PUBLISHED, published_at=NOW.replace(hour=20))  # the 3rd over there
    waits = make_post(bot.partner)
    month = client.get(f"{CALENDAR}?day=2026-03-15").content.decode()
    assert f"/post/{post.pk}/" in cell(month, "2026-03-03")
    assert "16:20" in cell(month, "2026-03-03")
    assert f"/post/{late.pk}/" in cell(month, "2026-03-03")
    assert f"/post/{waits.pk}/" in month.partition("calendar-month")[0]
    week = client.get(f"{CALENDAR}?view=week&day=2026-03-04").content.decode()
    assert f"/post/{post.pk}/" in cell(week, "2026-03-03", 16)
    assert f"/post/{late.pk}/" in cell(week, "2026-03-03", 3)  # earlier than the usual hours
    april = client.get(f"{CALENDAR}?day=2026-05-15").content.decode()
    assert f'/post/{post.pk}/"' not in april


def test_plans_are_shown_as_what_they_will_bring(bot: Bot, client: Client) -> None:
    with tenancy.partner(bot.partner_id):
        plans.save_plan(partner_id=bot.partner_id, kind="tips", crontab="30 9 * * 5", now=NOW)
        plans.save_plan(partner_id=bot.partner_id, kind="news", crontab="0 9 * * 5", enabled=False, now=NOW)
        assert PostPlan.objects.count() == 2
    month = client.get(f"{CALENDAR}?day=2026-03-15").content.decode()
    for day in ("06", "13", "20", "27"):
        assert "09:30" in cell(month, f"2026-03-{day}")
        assert "09:00" not in cell(month, f"2026-03-{day}")
    assert (
        "is-plan"
        not in client_of(operator()).get(f"{CALENDAR}?day=2026-03-15").content.decode().partition("calendar-list")[0]
    )
    chosen = client_of(operator()).get(f"{CALENDAR}?day=2026-03-15&partner={bot.partner_id}").content.decode()
    assert "09:30" in cell(chosen, "2026-03-06")


def test_a_drag_keeps_the_time_in_a_month_and_the_minutes_in_a_week(client: Client, post: Post) -> None:
    answer = drag(client, post, day="2026-03-10")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "done")
    assert stored(post).due_at == AT + timedelta(days=7)
    drag(client, stored(post), day="2026-03-11", hour=9)
    assert stored(post).due_at == AT.replace(day=11, hour=2)


def test_of_two_who_drag_it_the_second_hears_who_was_first(client: Client, post: Post) -> None:
    drag(client, post, day="2026-03-10")
    late = drag(client, post, day="2026-03-12")
    assert (late.status_code, late.json()["outcome"]) == (409, "late")
    assert "Анна" in late.json()["sentence"]
    press(stored(post), desk.edit, text="Другой текст?")
    stale = drag(client, post, day="2026-03-12")
    assert (stale.status_code, stale.json()["outcome"]) == (409, "stale")
    assert stored(post).due_at is None


def test_what_has_no_time_gets_one(bot: Bot, client: Client) -> None:
    post = make_post(bot.partner)
    assert drag(client, post, day="2026-03-10", was="").status_code == 200
    assert stored(post).due_at == AT.replace(day=10, hour=3, minute=0)
    past = drag(client, make_post(bot.partner, text="Другой текст"), day="2026-03-01", was="")
    assert (past.status_code, past.json()["outcome"]) == (422, "refused")


@pytest.mark.parametrize(
    "place",
    [{}, {"day": "завтра"}, {"day": "2026-03-10", "hour": 24}, {"day": "2026-03-10", "was": "x"},
     {"day": "2026-03-10", "revision": "9" * 99}, {"day": "9999-12-31", "hour": 23}],
)  # fmt: skip
def test_a_hostile_drag_changes_nothing(client: Client, post: Post, place: dict[str, Any]) -> None:
    assert drag(client, post, **place).status_code in (400, 422)
    assert stored(post).due_at == AT


def test_only_the_own_posts_and_only_with_the_right_and_the_token(bot: Bot, post: Post) -> None:
    for user, status in ((colleague(bot.partner), 403), (stranger(), 404), (operator(), 200)):
        assert drag(client_of(user), post, day="2026-03-10").status_code == status
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner(bot.partner))
    assert drag(strict, stored(post), day="2026-03-12").status_code == 403
    assert strict.get(f"/admin/content/post/{post.pk}/move/").status_code == 405
    assert stored(post).due_at == AT + timedelta(days=7)


def test_a_helper_looks_and_a_stranger_sees_nothing(bot: Bot, post: Post) -> None:
    month = f"{CALENDAR}?day=2026-03-15&partner={bot.partner_id}"
    helper = client_of(colleague(bot.partner)).get(month).content.decode()
    assert f"/post/{post.pk}/" in helper
    assert "data-move" not in helper
    assert f"/post/{post.pk}/" not in client_of(stranger()).get(month).content.decode()
    assert f"/post/{post.pk}/" in client_of(operator()).get(month).content.decode()


@pytest.mark.parametrize("day", ["", "x", "0001-01-01", "9999-12-31", "2026-02-31"])
def test_any_day_can_be_asked_for(client: Client, day: str) -> None:
    for view in ("month", "week", "decade"):
        assert client.get(CALENDAR, {"day": day, "view": view, "partner": make_partner().pk}).status_code == 200
