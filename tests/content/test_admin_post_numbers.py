"""The page about the numbers of posts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from content.models import Post, PostReaction
from content.services.posts.totals import recount
from partners import clock, tenancy
from partners.models import Partner
from tests.content.stored_posts import make_post, make_publisher
from tests.personas import client_of, colleague, make_user, operator, owner, stranger

pytestmark = pytest.mark.django_db

URL = "/admin/content/postnumbers/"


@pytest.fixture
def partner(db: None) -> Partner:
    return make_publisher("anna").partner


def published(partner: Partner, title: str, *, days: int = 1, likes: int = 0) -> None:
    at = clock.now() - timedelta(days=days)
    post = make_post(partner, state=Post.State.PUBLISHED, text=f"<b>{title}</b>\nДальше", published_at=at)
    with tenancy.all_partners():
        for person in range(1, likes + 1):
            PostReaction.objects.create(partner=partner, post=post, person=person, emoji={"👍": 1}, at=at)
        recount([post.pk])


def page(user: User, **query: str) -> str:
    answer = client_of(user, "en").get(URL, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_sees_their_own(partner: Partner) -> None:
    published(partner, "Первый")
    for user in (operator(), owner(partner), colleague(partner)):
        assert "Первый" in page(user)
    assert "Первый" not in page(stranger())
    assert client_of(make_user()).get(URL).status_code in (302, 403)


def test_the_period_and_the_order(partner: Partner) -> None:
    published(partner, "Новый")
    published(partner, "Любимый", days=3, likes=2)
    published(partner, "Старый", days=20)
    user = owner(partner)
    week = page(user)
    assert week.index("Новый") < week.index("Любимый")
    assert "Старый" not in week
    assert "Views: not available to bots." in week
    assert "Старый" in page(user, days="30")
    liked = page(user, by="reactions")
    assert liked.index("Любимый") < liked.index("Новый")
    assert page(user, days="нет", by="<script>").count("<script>") == week.count("<script>")


def test_what_a_post_says_is_shown_as_text(partner: Partner) -> None:
    published(partner, "&lt;img src=x&gt;")
    assert "<img src=x>" not in page(owner(partner))


def test_thirty_posts_cost_the_queries_of_one(partner: Partner) -> None:
    client = client_of(operator())

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(URL).status_code == 200
        return len(captured)

    published(partner, "А", likes=1)
    queries()
    one = queries()
    for number in range(29):
        published(partner, str(number), likes=1)
    assert queries() == one
