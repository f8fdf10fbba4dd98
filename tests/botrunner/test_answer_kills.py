"""kill -9 of whoever thinks or delivers, a database that restarts: the person gets the answer, it is paid once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from pytest_django import Settings

from bench.victims import Victim, World, run_worker, running
from config.celery import app
from content.ai.chain import EXTRACTIVE
from content.ai.standin import Fault, Standin
from content.models import AiUse, OutboxMessage
from funnels import tasks
from funnels.models import Question
from funnels.services.answering import ask
from partners import tenancy
from partners.models import Bot, Lead, Partner
from tests.botrunner.disasters import RunnerProcess, until
from tests.factories import make_bot, make_lead, make_partner
from tests.funnels.curator import DELIVERY, answer_all, asks, questions, replies, said, write
from tests.runner import now
from tests.telegram import SandboxServer
from tests.yandex import api_key_account, running_cloud

State = Question.State


@pytest.fixture
def slow_cloud() -> Iterator[Standin]:
    with running_cloud() as cloud:
        cloud.always["completion"] = Fault.SLOW
        yield cloud


@pytest.fixture(autouse=True)
def fresh_indexes(transactional_db: None, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def lead() -> Lead:
    partner = make_partner()
    make_bot(partner)
    write(DELIVERY, "Доставка")
    api_key_account(partner)
    return make_lead(partner)


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A queue of our own in Redis, instead of running tasks where they are started."""
    name = f"ai_{os.getpid()}"
    monkeypatch.setattr(ask, "QUEUE", name)
    eager, app.conf.task_always_eager = app.conf.task_always_eager, False
    yield name
    app.conf.task_always_eager = eager
    with app.connection_for_write() as redis:
        redis.default_channel.queue_delete(name)


def run_thinker(model: str, data_dir: Path, world: World, begun: Connection) -> None:
    settings.YANDEX_LLM_URL, settings.DATA_DIR = model, data_dir
    run_worker(world, begun)


def thinker(cloud: Standin, queue: str) -> Victim:
    world = World(connection.settings_dict["NAME"], settings.TELEGRAM_API_URL, settings.TELEGRAM_RATE, queue)
    return Victim(partial(run_thinker, cloud.url, settings.DATA_DIR), world)


def uses(partner: Partner) -> list[tuple[str, bool]]:
    with tenancy.partner(partner.pk):
        return [(use.state, use.roubles > 0) for use in AiUse.objects.all()]


def test_kill_9_of_a_worker_that_waits_for_the_model(lead: Lead, slow_cloud: Standin, queue: str) -> None:
    with running(thinker(slow_cloud, queue)):
        asks(lead, "Сколько идёт доставка?", "Доставка бесплатна?", now=now())
        assert slow_cloud.waiting.wait(60)
        tasks.find_questions()
        assert [question.state for question in questions(lead.partner)] == [State.THINKING, State.WAITING]
    slow_cloud.always.clear()

    def answered() -> bool:
        tasks.find_questions()
        return {question.state for question in questions(lead.partner)} == {State.ANSWERED}

    with running(thinker(slow_cloud, queue)):
        until(answered, "both are answered")
    first, second = questions(lead.partner)
    assert (first.attempts, first.provider, first.falls) == (2, EXTRACTIVE, ["yandex: asked_before"])
    assert (second.attempts, second.provider, second.falls) == (1, "yandex", [])
    assert len(slow_cloud.asked("completion")) == 2
    assert uses(lead.partner) == [("reserved", True), ("charged", True)]
    assert [reply.dedupe_key for reply in replies(lead.partner)] == [f"answer:{q.pk}:0" for q in (first, second)]
    assert all("от трёх до семи рабочих дней" in text for text in said(lead.partner))


def test_the_database_restarts_while_a_model_is_waited_for(lead: Lead, slow_cloud: Standin) -> None:
    with override_settings(AI_READ_TIMEOUT=1), ThreadPoolExecutor(1) as pool:
        with tenancy.partner(lead.partner_id):
            ids = {"partner_id": lead.partner_id, "lead_id": lead.pk, "telegram_id": lead.telegram_id}
            ask.private_question(**ids, message_id=0, text="Сколько идёт доставка?", now=now()).save()
        counted = pool.submit(answer_and_close, lead.partner)
        assert slow_cloud.waiting.wait(60)
        end_all_sessions()
        assert counted.result() == 1
    [question] = questions(lead.partner)
    assert (question.state, question.attempts, question.falls) == (State.ANSWERED, 1, ["yandex: slow"])
    assert uses(lead.partner) == [("perhaps", True)]
    assert len(replies(lead.partner)) == 1


def answer_and_close(partner: Partner) -> int:
    try:
        return answer_all(partner, now())
    finally:
        connection.close()


def end_all_sessions() -> None:
    name = connection.settings_dict["NAME"]
    connection.close()
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


def test_kill_9_of_a_runner_that_delivers_an_answer(anna: Bot, tg: SandboxServer) -> None:
    """Telegram may have got it: better twice than not at all."""
    partner = Partner(pk=anna.partner_id)
    write(DELIVERY, "Доставка")
    chat = tg.person("Иван").open(anna.username)
    with RunnerProcess(tg) as runner:
        chat.start()
        chat.wait_for(lambda c: bool(c.bot_messages))
        tg.world.faults.latency = 30.0
        with tenancy.partner(partner.pk):
            lead = Lead.objects.get()
        asks(lead, "Сколько идёт доставка?", now=now())  # answered at once: tasks run where they start
        until(lambda: states(partner) == [OutboxMessage.State.SENDING], "it is being sent")
        runner.kill()
        tg.world.faults.latency = 0.0
        runner.start()
        chat.wait_text("от трёх до семи рабочих дней")
        until(lambda: states(partner) == [OutboxMessage.State.SENT], "it is sent")


def states(partner: Partner) -> list[str]:
    return [reply.state for reply in replies(partner)]
