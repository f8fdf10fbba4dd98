"""«печатает…» while the curator thinks, through the real runner."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from botrunner import typing_action
from botrunner.db import close_connections
from botrunner.departures import Departures
from botrunner.pace import Pace
from botrunner.typing_action import EVERY, LEAST, Typing, Typist
from funnels.models import Question
from funnels.services.answering.notice import notify
from partners import tenancy
from partners.models import Bot
from tests.botrunner.bot_client import make_bot
from tests.runner import RunnerThread, now
from tests.telegram import SandboxServer

State = Question.State


@pytest.fixture
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EVERY", "LEAST", "SOON", "ROUND"):
        monkeypatch.setattr(typing_action, name, 0.02)


def ask(bot: Bot, chat_id: int, thread_id: int = 0, **fields: Any) -> Question:
    values = {"text": "Сколько стоит?", "asked_at": now(), "partner_id": bot.partner_id, "asker_id": chat_id}
    with tenancy.partner(bot.partner_id):
        question = Question.objects.create(chat_id=chat_id, thread_id=thread_id, **values | fields)
        notify(bot.partner_id)
    return question


def answered(question: Question) -> None:
    with tenancy.partner(question.partner_id):
        Question.objects.filter(pk=question.pk).update(state=State.ANSWERED)


def typed(tg: SandboxServer, chat_id: int) -> list[dict[str, Any]]:
    return [call.params for call in tg.calls("sendChatAction") if call.params["chat_id"] == chat_id]


@pytest.mark.usefixtures("_often")
def test_it_types_until_the_answer_is_there(anna: Bot, tg: SandboxServer) -> None:
    ivan, olga = (tg.person(name).open("anna_bot") for name in ("Иван", "Ольга"))
    owner = tg.person("Хозяйка")
    group = tg.group("Клуб", forum=True, owner=owner, bots=["anna_bot"])
    topic = owner.enter(group).new_topic("Вопросы")
    for chat in (ivan, olga):
        chat.start()
    olga.block()
    ask(anna, olga.owner.id)
    earlier = ask(anna, ivan.owner.id)
    with RunnerThread(tg.url):
        tg.wait_for(lambda: len(typed(tg, ivan.owner.id)) > 2, failure="not at the start of the runner")
        answered(earlier)
        before = len(typed(tg, ivan.owner.id))
        ask(anna, group.id, topic, state=State.THINKING)
        tg.wait_for(lambda: len(typed(tg, group.id)) > 2, failure="not after a notice")
    assert len(typed(tg, ivan.owner.id)) <= before + 1  # one may have been on its way
    assert typed(tg, group.id)[0] == {"chat_id": group.id, "message_thread_id": topic, "action": "typing"}
    assert {call.error for call in tg.calls("sendChatAction")} == {None, 403}


@pytest.mark.parametrize("fields", [{"asked_at": now() - timedelta(minutes=3)}, {"state": State.REFUSED}, None])
def test_where_nobody_waits_it_looks_again_only_after_news(
    anna: Bot, tg: SandboxServer, fields: dict[str, Any] | None
) -> None:
    if fields is not None:
        ask(anna, 5, **fields)

    async def look() -> list[float | None]:
        typing = Typing(clock=now)
        typing.join(anna.pk, make_bot(tg), Departures.open())
        return [await typing.look(), await typing.look()]

    assert asyncio.run(look()) == [None, None]
    close_connections()
    assert tg.calls("sendChatAction") == []


def test_it_stands_back_for_replies_and_is_not_shown_too_often(tg: SandboxServer) -> None:
    replies = Departures(Pace(1.0, 0.0), lambda: 100.0)
    typist = Typist(make_bot(tg), replies, Pace(8.0, 0.0))
    chats = [(1, 0), (2, 7), (2, 8)]
    typist.shown = {(1, 0): 100.0 - LEAST, (2, 7): 100.0 - LEAST / 2}
    assert typist.due(chats, 100.0) == [(1, 0), (2, 8)]
    assert typist.rest([(2, 7)], 100.0) == EVERY - LEAST / 2
    replies.pace.leave(100.0)
    assert typist.due(chats, 100.0) == []
