"""In order within a chat, parallel across chats; nothing twice after a stop in the middle."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from telegram import Update

from botrunner import running, supervisor
from botrunner.processor import ChatOrder
from funnels.models import LeadMessage
from partners import tenancy
from partners.models import Bot
from partners.services import bots
from tests.botrunner.walking import go, inbox_rows, open_bot, wait_for_state, wait_until_closed
from tests.runner import RunnerThread
from tests.telegram import SandboxServer


def test_twenty_messages_of_one_person_are_handled_in_order(anna: Bot, tg: SandboxServer) -> None:
    chat = tg.person("Иван").open("anna_bot")
    for number in range(20):
        chat.send(f"сообщение {number}")
    with RunnerThread(tg.url):
        wait_until_closed(anna, 20)
    with tenancy.partner(anna.partner_id):
        written = list(LeadMessage.objects.order_by("pk").values_list("text", flat=True))
    assert written == [f"сообщение {number}" for number in range(20)]


def test_a_chat_that_has_to_wait_delays_nobody(anna: Bot, tg: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "DRAIN_SECONDS", 0.1)
    with RunnerThread(tg.url):
        slow, fast = open_bot(tg, "Иван"), open_bot(tg, "Пётр")
        tg.fail_next("sendMessage", 429, "Too Many Requests: retry after 30", retry_after=30)
        slow.send("/first")
        tg.wait_for(lambda: any(call.error == 429 for call in tg.calls()))
        slow.send("/second")
        go(fast, "🍎 Хочу улучшить здоровье", "🔥 Похудеть", "И что с этим делать?")
        assert len(slow.bot_messages) == 2
    with RunnerThread(tg.url):  # which does not know that Telegram asked to wait
        slow.wait_for(lambda c: len(c.bot_messages) > 2)


def test_a_restart_in_the_middle_of_waiting_says_nothing_twice(
    anna: Bot, tg: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "DRAIN_SECONDS", 0.1)
    monkeypatch.setattr(supervisor, "LOOK_EVERY", 0.1)
    with RunnerThread(tg.url):
        chat = open_bot(tg)
        tg.fail_next("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
        chat.send("/unknown")
        tg.wait_for(lambda: any(call.error == 429 for call in tg.calls()))
        with tenancy.all_partners():
            bots.restart(bot=anna, now=datetime.now(UTC))
        wait_for_state(anna, running_generation=2, state=Bot.State.RUNNING)
        wait_until_closed(anna, 2)
        tg.fail_next("editMessageText", 429, "Too Many Requests: retry after 1", retry_after=1)
        press = chat.press("🍎 Хочу улучшить здоровье")  # as long as the first answer would have waited
        chat.wait_text("Что сейчас важнее всего?")
    assert press is not None
    assert len([m for m in chat.bot_messages if "Такие сообщения" in m.text]) == 1
    assert inbox_rows(anna, failed_at__isnull=False) == []


# -- the processor alone ---------------------------------------------------------------------------------------------


def update(chat_id: int) -> Update:
    chat = {"id": chat_id, "type": "private"}
    message = Update.de_json({"update_id": 1, "message": {"message_id": 1, "date": 0, "chat": chat}}, None)
    assert message is not None
    return message


def test_an_abandoned_chat_leaves_nothing_behind() -> None:
    async def scenario() -> None:
        order, done = ChatOrder(), []
        hangs = asyncio.Event()

        async def work(name: str) -> None:
            await hangs.wait()
            done.append(name)

        tasks = [
            asyncio.create_task(order.process_update(update(chat_id), work(f"{chat_id}/{number}")))
            for chat_id in (1, 2)
            for number in range(3)
        ]
        await asyncio.sleep(0)
        assert order.in_hand == 6
        order.abandon()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results)
        hangs.set()
        await asyncio.sleep(0)
        assert done == []
        assert order.in_hand == 0
        await asyncio.wait_for(order.process_update(update(1), work("after")), 1)
        assert done == ["after"]

    asyncio.run(scenario())


def test_one_bad_update_does_not_stop_its_chat() -> None:
    async def scenario() -> list[str]:
        order, done = ChatOrder(), []

        async def work(name: str) -> None:
            await asyncio.sleep(0)
            if name == "bad":
                raise ValueError
            done.append(name)

        names = ("first", "bad", "last")
        jobs = [order.process_update(update(1), work(name)) for name in names]
        await asyncio.gather(*jobs, return_exceptions=True)
        return done

    assert asyncio.run(scenario()) == ["first", "last"]
