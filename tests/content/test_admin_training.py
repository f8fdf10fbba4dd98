"""The operators' list of who has learned what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from content.models import LessonProgress
from content.training.courses import shipped
from partners import tenancy
from partners.models import Partner
from tests.factories import NOW, make_partner
from tests.personas import client_of, colleague, operator, owner, stranger

pytestmark = pytest.mark.django_db
LIST = reverse("admin:content_lessonprogress_changelist")
ANNA = 777


def learn(partner: Partner, lesson: str, telegram_id: int = ANNA, *, done: bool = True) -> None:
    course, _dot, key = lesson.partition(".")
    with tenancy.all_partners():
        LessonProgress.objects.create(
            partner=partner,
            telegram_id=telegram_id,
            course=course,
            lesson=key,
            opened_at=NOW - timedelta(days=1),
            done_at=NOW if done else None,
        )


def test_operators_see_who_learned_what() -> None:
    anna = make_partner(telegram_id=ANNA, name="Анна Смирнова")
    learn(anna, "reels.hook")
    learn(anna, "leads.data", 778, done=False)
    learn(anna, "gone.lesson")
    text = client_of(operator()).get(LIST).content.decode()
    for words in ("Анна Смирнова", "Первые три секунды", "Чужие данные", "778", "gone"):
        assert words in text
    filtered = client_of(operator()).get(LIST, {"course": "leads"}).content.decode()
    assert "Чужие данные" in filtered
    assert "Первые три секунды" not in filtered


def test_nobody_else_sees_it_and_nobody_changes_it() -> None:
    anna = make_partner()
    learn(anna, "reels.hook")
    for user in (owner(anna), colleague(anna), stranger()):
        assert client_of(user).get(LIST).status_code == 403
    client = client_of(operator())
    assert client.get(reverse("admin:content_lessonprogress_add")).status_code == 403
    with tenancy.all_partners():
        key = LessonProgress.objects.get().pk
    assert client.post(reverse("admin:content_lessonprogress_delete", args=[key]), {"post": "yes"}).status_code == 403


def test_thirty_rows_cost_as_many_queries_as_one() -> None:
    client = client_of(operator())
    lessons = [f"{course.key}.{lesson.key}" for course in shipped().values() for lesson in course.lessons]

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST).status_code == 200
        return len(captured)

    learn(make_partner(), lessons[0])
    client.get(LIST)
    one = queries()
    for number in range(29):
        learn(make_partner(), lessons[number % len(lessons)])
    assert queries() == one
