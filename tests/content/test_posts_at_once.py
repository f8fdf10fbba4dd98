"""Really at once: several people press, several workers publish, each with a connection of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from content.models import Post, PostAct
from content.services.posts import desk
from content.services.posts.decision import Outcome
from tests.content.stored_posts import acts, make_post, make_publisher, press, promised, stored, tick
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")
MANY = 4


def at_once(*jobs: Callable[[], T]) -> list[T]:
    start = Barrier(len(jobs))

    def run(job: Callable[[], T]) -> T:
        with closing(connection):
            start.wait()
            return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.fixture
def post() -> Post:
    return make_post(make_publisher().partner)


def test_of_many_moderators_one_decides(post: Post) -> None:
    decisions = at_once(
        lambda: press(post, desk.approve_and_publish, by="Анна"),
        lambda: press(post, desk.reject, by="Борис", reason="нет"),
        lambda: press(post, desk.schedule, by="Вера", at=NOW + timedelta(hours=1)),
        lambda: press(post, desk.approve_and_publish, by="Глеб"),
    )
    assert sorted(decision.outcome for decision in decisions) == [Outcome.DONE] + [Outcome.LATE] * 3
    ((_act, by),) = acts(post)
    assert {decision.act.by for decision in decisions if decision.act} == {by}


def test_many_workers_promise_once(post: Post) -> None:
    press(post, desk.approve_and_publish)
    at_once(*[lambda: tick(post.partner)] * MANY)
    assert len(promised(post)) == 1
    assert [act for act, _by in acts(post)] == [PostAct.Act.APPROVED, PostAct.Act.PUBLISHING]


def test_an_edit_and_the_worker_meet(post: Post) -> None:
    """Either the edit takes the post back and nothing is promised, or it comes too late and the old text is."""
    press(post, desk.approve_and_publish)
    edit, _none = at_once(
        lambda: press(post, desk.edit, text="Новый текст. Да?"),
        lambda: tick(post.partner),
    )
    assert edit is not None
    row, messages = stored(post), promised(post)
    if edit.outcome is Outcome.DONE:
        assert (row.state, row.revision, messages) == (Post.State.PENDING, 2, [])
    else:
        assert (row.state, row.revision, len(messages)) == (Post.State.PUBLISHING, 1, 1)
