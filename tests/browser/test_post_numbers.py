from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from content.models import Post, PostEvent, PostReaction
from content.services.posts.totals import recount
from partners import clock, tenancy
from tests.browser.test_admin import PHONE, follow, log_in
from tests.content.stored_posts import make_post, make_publisher
from tests.personas import operator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_numbers_fit_a_phone(page: Any, live_server: Any) -> None:
    partner = make_publisher("anna", name="Анна Смирнова").partner
    for number in range(4):
        at = clock.now() - timedelta(hours=5 + number)
        title = f"<b>Пять привычек для бодрого утра {number}{'оченьдлинноеслово' * number}</b>"
        post = make_post(partner, state=Post.State.PUBLISHED, text=title, published_at=at)
        with tenancy.all_partners():
            PostReaction.objects.create(partner=partner, post=post, person=0, emoji={"👍": 12 + number, "🔥": 3}, at=at)
            PostEvent.objects.create(partner=partner, post=post, kind="click", slot="shop_link", at=at)
            recount([post.pk])
    log_in(page, live_server, operator().username)
    page.goto(f"{live_server.url}/admin/content/postnumbers/")
    assert page.locator(".post-numbers li").count() == 4
    follow(page.locator(".panel-choice a[href*='by=reactions']"))
    assert "утра 3" in page.locator(".post-numbers li b").first.inner_text()
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
