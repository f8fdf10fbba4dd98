"""The work of the AI queue: kicked on commit, found by the tick, left by a process that dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from celery.exceptions import OperationalError
from django.conf import settings
from django.db import connection
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from config.celery import app
from funnels import tasks
from funnels.models import Question
from funnels.services.answering import ask
from funnels.services.answering.ask import TASK
from funnels.services.answering.claim import NAMESPACE, due_partners
from partners import tenancy
from partners.models import Lead, Partner
from tests.factories import make_bot, make_lead, make_partner
from tests.funnels.curator import DELIVERY, asks, questions, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(settings: Settings, tmp_path: Path) -> Lead:
    settings.DATA_DIR = tmp_path
    partner = make_partner("anna")
    make_bot(partner)
    write(DELIVERY, "Доставка")
    return make_lead(partner)


@pytest.fixture
def real_queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """In Redis, instead of running tasks where they are started. Its name: other tests use the same server."""
    name = f"ai_{os.getpid()}"
    monkeypatch.setattr(ask, "QUEUE", name)
    app.conf.task_always_eager = False
    yield name
    app.conf.task_always_eager = True


def test_the_task_answers_all_that_waits(lead: Lead) -> None:
    asks(lead, "Сколько идёт доставка?", "Доставка бесплатна?")
    tasks.answer_questions(lead.partner_id)
    assert [question.state for question in questions(lead.partner)] == ["answered", "answered"]


def test_a_commit_puts_the_task_into_its_queue(
    lead: Lead, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, real_queue: str
) -> None:
    with app.connection() as broker, broker.SimpleQueue(real_queue) as queue:
        with django_capture_on_commit_callbacks(execute=True):
            asks(lead, "Сколько идёт доставка?")
        message = queue.get(timeout=60)
        message.ack()
    assert message.headers["task"] == TASK == tasks.answer_questions.name
    assert message.headers["argsrepr"] == f"({lead.partner_id},)"


def test_without_a_broker_the_turn_goes_on(
    lead: Lead,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    real_queue: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*_args: object, **_named: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(app.amqp, "send_task_message", away)
    with django_capture_on_commit_callbacks(execute=True):
        asks(lead, "Сколько идёт доставка?")
    with tenancy.all_partners():
        assert due_partners() == [lead.partner_id]


def test_a_question_of_a_dead_process_waits_again(lead: Lead) -> None:
    asks(lead, "Первый?", "Второй?")
    with tenancy.partner(lead.partner_id):
        Question.objects.update(state=Question.State.THINKING)
    alive, _dead = questions(lead.partner)
    with other_session() as thinker:
        thinker.execute("SELECT pg_advisory_lock(%s + %s)", [NAMESPACE, alive.pk])
        with tenancy.all_partners():
            assert due_partners() == [lead.partner_id]
        assert [question.state for question in questions(lead.partner)] == ["thinking", "waiting"]


def other_session() -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(settings.DATABASE_URL, dbname=connection.settings_dict["NAME"], autocommit=True)


def test_partners_without_questions_are_left_alone(lead: Lead) -> None:
    other: Partner = make_partner("boris")
    asks(lead, "Первый?")
    with tenancy.all_partners():
        assert due_partners() == [lead.partner_id] != [other.pk]
