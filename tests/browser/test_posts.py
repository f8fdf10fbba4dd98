"""The calendar and the page of a post in a browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from content.models import Post
from partners import clock
from partners.models import Bot
from tests.browser.test_admin import PHONE, follow, log_in
from tests.content.stored_posts import make_post, make_publisher, sample_text, stored
from tests.personas import operator, owner

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

State = Post.State
DESK = {"width": 1440, "height": 1300}
CALENDAR = "/admin/content/post/calendar/"


@pytest.fixture
def bot(transactional_db: None) -> Bot:
    return make_publisher("anna", name="Анна Смирнова", time_zone="Europe/Moscow")


def next_week(bot: Bot, **fields: Any) -> Post:
    """A post on Tuesday of next week, at noon by its partner's clock."""
    now = clock.now()
    tuesday = now + timedelta(days=8 - now.weekday())
    return make_post(
        bot.partner, state=State.SCHEDULED, due_at=tuesday.replace(hour=9, minute=0, second=0, microsecond=0), **fields
    )


def drag(page: Any, post: str, place: str) -> None:
    """By the mouse: a browser begins a drag when the mouse has moved a little."""
    page.locator(post).hover()
    page.mouse.down()
    page.locator(place).hover()
    page.locator(place).hover(position={"x": 5, "y": 5})
    page.mouse.up()


def test_a_post_is_dragged_to_another_hour_and_another_is_approved(page: Any, live_server: Any, bot: Bot) -> None:
    post, waits = next_week(bot), make_post(bot.partner, text=sample_text(number=3))
    assert post.due_at
    page.set_viewport_size(DESK)
    log_in(page, live_server, owner(bot.partner).username)
    page.goto(f"{live_server.url}{CALENDAR}?view=week&day={post.due_at:%Y-%m-%d}")
    friday = post.due_at + timedelta(days=3)
    page.evaluate("window.stillTheSamePage = true")
    place = f"[data-day='{friday:%Y-%m-%d}'][data-hour='18']"
    drag(page, f".calendar-cell [data-move$='/{post.pk}/move/']", place)
    page.locator(f"{place} [data-move$='/{post.pk}/move/']").wait_for()
    assert stored(post).due_at == friday.replace(hour=15)
    assert "18:00" in page.locator("[data-said]").inner_text()
    assert page.evaluate("window.stillTheSamePage")
    follow(page.locator(f".calendar-strip a[href$='/{waits.pk}/change/']"))
    follow(page.locator("button[value=publish]"))
    page.locator(".post-state.is-approved").wait_for()
    assert stored(waits).state == State.APPROVED


def test_a_drag_that_comes_too_late_is_told_and_shows_where_the_post_is(page: Any, live_server: Any, bot: Bot) -> None:
    post = next_week(bot)
    assert post.due_at
    page.set_viewport_size(DESK)
    log_in(page, live_server, operator().username)
    page.goto(f"{live_server.url}{CALENDAR}?day={post.due_at:%Y-%m-%d}&partner={bot.partner_id}")
    wednesday, thursday = post.due_at + timedelta(days=1), post.due_at + timedelta(days=2)
    entry = f".calendar-month [data-move$='/{post.pk}/move/']"
    page.locator(entry).evaluate("entry => entry.dataset.was = '2026-01-01T00:00:00+00:00'")
    drag(page, entry, f".calendar-month [data-day='{thursday:%Y-%m-%d}']")
    page.locator("[data-said].tone-bad").wait_for()
    drag(page, entry, f".calendar-month [data-day='{wednesday:%Y-%m-%d}']")
    page.locator(f"[data-day='{wednesday:%Y-%m-%d}'] [data-move$='/{post.pk}/move/']").wait_for()
    assert stored(post).due_at == wednesday


def test_a_crontab_is_told_in_words_while_it_is_typed(page: Any, live_server: Any, bot: Bot) -> None:
    page.set_viewport_size(DESK)
    log_in(page, live_server, owner(bot.partner).username)
    page.goto(f"{live_server.url}/admin/content/postplan/add/")
    page.locator("[name=crontab]").fill("30 18 * * 2,5")
    look = page.locator("[data-plan-look]")
    look.locator("li").nth(4).wait_for()
    assert "18:30" in look.inner_text()
    page.locator("[name=crontab]").fill("99 18 * * 2")
    look.locator(".tone-bad").wait_for()


@pytest.mark.parametrize("address", ["", "add/", "calendar/", "calendar/?view=week", "{pk}/change/"])
def test_the_pages_fit_a_phone(page: Any, live_server: Any, bot: Bot, address: str) -> None:
    post = next_week(bot)
    page.set_viewport_size(DESK)
    log_in(page, live_server, owner(bot.partner).username)
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/admin/content/post/{address.format(pk=post.pk)}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
