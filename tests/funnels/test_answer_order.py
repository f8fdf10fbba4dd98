"""Many who think at once, and die: in each chat the answers come in order, none is lost, none comes twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from pytest_django import Settings

from content.messages import Html, Message
from funnels.models import Question
from funnels.services.answering.ask import private_question
from funnels.services.answering.claim import Claimed, claimed, due_partners
from funnels.services.answering.decide import Thought
from funnels.services.answering.finish import finish
from funnels.services.answering.think import MOST_ATTEMPTS
from partners import tenancy
from partners.fastsql import fetch
from partners.models import Lead, Partner
from tests.factories import NOW, make_bot, make_lead, make_partner
from tests.funnels.curator import DELIVERY, answer_all, questions, replies, said, write

pytestmark = pytest.mark.django_db(transaction=True)

State = Question.State
CHATS, EACH, THINKERS = 20, 3, 8


@pytest.fixture
def anna(settings: Settings, tmp_path: Path) -> Partner:
    settings.DATA_DIR = tmp_path
    partner = make_partner("anna")
    make_bot(partner)
    write(DELIVERY, "Доставка")
    return partner


def kept(lead: Lead, text: str) -> None:
    """Without waking a worker, which would answer at once."""
    ids = {"partner_id": lead.partner_id, "lead_id": lead.pk, "telegram_id": lead.telegram_id}
    with tenancy.partner(lead.partner_id):
        private_question(**ids, message_id=0, text=text, now=NOW).save()


def test_many_chats_and_many_thinkers(anna: Partner) -> None:
    leads = [make_lead(anna) for _chat in range(CHATS)]
    for number in range(EACH):
        for lead in leads:
            kept(lead, f"Сколько идёт доставка? {number + 1}")

    def work(_thinker: int) -> int:
        try:
            return answer_all(anna)
        finally:
            connection.close()

    with ThreadPoolExecutor(THINKERS) as pool:
        assert sum(pool.map(work, range(THINKERS))) == CHATS * EACH
    assert {(question.state, question.attempts) for question in questions(anna)} == {(State.ANSWERED, 1)}
    of_chat: defaultdict[int, list[str]] = defaultdict(list)
    for reply in replies(anna):
        of_chat[reply.chat_id].append(reply.dedupe_key)
    expected: defaultdict[int, list[str]] = defaultdict(list)
    for question in questions(anna):
        expected[question.chat_id].append(f"answer:{question.pk}:0")
    assert of_chat == expected


def test_a_question_over_which_processes_die_is_given_up(anna: Partner) -> None:
    kept(make_lead(anna), "Сколько идёт доставка?")
    with tenancy.all_partners():
        Question.objects.update(attempts=MOST_ATTEMPTS)
    assert answer_all(anna) == 1
    assert [(question.state, question.reason) for question in questions(anna)] == [(State.UNANSWERED, "failed")]
    assert "придумывать он не станет" in said(anna)[0]


class Thinker:
    """A process that thinks: a session of its own, in which one question after the other is claimed."""

    def __init__(self, partner: Partner) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._block: AbstractContextManager[Claimed | None] = claimed(partner_id=partner.pk, now=NOW)
        self.question = self._in_session(self._block.__enter__)

    def _in_session(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return self._thread.submit(work, *arguments).result()

    def finish(self) -> bool:
        done = bool(self._in_session(finish_with_reply, self.question))
        self.leave()
        return done

    def leave(self) -> None:
        self._in_session(self._block.__exit__, None, None, None)
        self._in_session(lambda: connection.close())
        self._thread.shutdown()

    def lose_session(self) -> None:
        """What is left of a process that was killed, or of one whose database restarted."""
        pid = self._in_session(lambda: fetch("SELECT pg_backend_pid()", [])[0][0])
        fetch("SELECT pg_terminate_backend(%s, 10000)", [pid])
        self._in_session(lambda: connection.close())


def finish_with_reply(question: Claimed) -> bool:
    with tenancy.partner(question.partner_id):
        return finish(question, Thought(State.ANSWERED, (Message(Html("Да.")),), answer=(Html("Да."),)), NOW)


class Answering(RuleBasedStateMachine):
    """Against a model that is only lists: per chat the questions in order, and how far they are."""

    def __init__(self) -> None:
        super().__init__()
        self.partner = make_partner()
        make_bot(self.partner)
        self.leads = [make_lead(self.partner) for _chat in range(3)]
        self.alive: list[Thinker] = []
        self.dead: list[Thinker] = []

    def rows(self) -> list[Question]:
        return list(questions(self.partner))

    @rule(chat=st.integers(0, 2))
    def ask(self, chat: int) -> None:
        kept(self.leads[chat], "Вопрос?")

    @rule()
    def claim(self) -> None:
        open_rows = [row for row in self.rows() if row.state in Question.OPEN]
        first = {row.chat_id: row for row in reversed(open_rows)}.values()
        free = sorted(row.pk for row in first if row.state == State.WAITING)
        thinker = Thinker(self.partner)
        if thinker.question is None:
            assert free == []
            thinker.leave()
        else:
            assert thinker.question.id == free[0]
            self.alive.append(thinker)

    @precondition(lambda self: self.alive)
    @rule(which=st.integers(0, 99))
    def finish(self, which: int) -> None:
        assert self.alive.pop(which % len(self.alive)).finish()

    @precondition(lambda self: self.alive)
    @rule(which=st.integers(0, 99))
    def die(self, which: int) -> None:
        thinker = self.alive.pop(which % len(self.alive))
        thinker.lose_session()
        self.dead.append(thinker)

    @precondition(lambda self: self.dead)
    @rule(which=st.integers(0, 99))
    def finish_too_late(self, which: int) -> None:
        """Its database came back while it was waiting for the model."""
        thinker = self.dead.pop(which % len(self.dead))
        row = next(row for row in self.rows() if row.pk == thinker.question.id)
        still_its_own = row.state == State.THINKING and row.attempts == thinker.question.attempts
        assert thinker.finish() == still_its_own

    @rule()
    def tick(self) -> None:
        with tenancy.all_partners():
            due_partners()
        thought_about = {row.pk for row in self.rows() if row.state == State.THINKING}
        assert thought_about == {thinker.question.id for thinker in self.alive}

    @invariant()
    def answered_in_order_and_once(self) -> None:
        of_chat: defaultdict[int, list[str]] = defaultdict(list)
        for row in self.rows():
            of_chat[row.chat_id].append(row.state)
        order = {State.ANSWERED: 0, State.THINKING: 1, State.WAITING: 2}
        for states in of_chat.values():
            assert states == sorted(states, key=lambda state: order[State(state)])
            assert states.count(State.THINKING) <= 1
        answered = [f"answer:{row.pk}:0" for row in self.rows() if row.state == State.ANSWERED]
        assert sorted(reply.dedupe_key for reply in replies(self.partner)) == sorted(answered)

    def teardown(self) -> None:
        """In the end everybody is answered."""
        for thinker in self.alive:
            thinker.finish()
        with tenancy.all_partners():
            due_partners()
        while self.rows() and any(row.state == State.WAITING for row in self.rows()):
            assert Thinker(self.partner).finish()
        for thinker in self.dead:
            assert not thinker.finish()
        assert {row.state for row in self.rows()} <= {State.ANSWERED}
        self.answered_in_order_and_once()


def test_whatever_dies_whenever() -> None:
    run_state_machine_as_test(
        Answering, settings=hypothesis_settings(max_examples=10, stateful_step_count=12, deadline=None)
    )
