"""A new partner's first hours with the real runner, from /start to the first nudge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from funnels.models import Checklist
from funnels.tasks import look_after_newcomers
from partners import clock, tenancy
from partners.models import Bot, Partner
from tests.botrunner.disasters import until
from tests.botrunner.walking import open_bot, screen, wait_for_state
from tests.runner import RunnerThread
from tests.telegram import ChatDriver, SandboxServer

ANNA, HELPER = 777, 778


@pytest.fixture
def running(anna: Bot, tg: SandboxServer) -> Iterator[RunnerThread]:
    with tenancy.all_partners():
        Partner.objects.filter(pk=anna.partner_id).update(
            telegram_id=ANNA, admin_telegram_ids=[HELPER], created_at=clock.now()
        )
    with RunnerThread(tg.url) as runner:
        wait_for_state(anna, state=Bot.State.RUNNING)
        yield runner


def chat_of(tg: SandboxServer, user_id: int) -> ChatDriver:
    chat = tg.person("Кто-то", user_id=user_id).open("anna_bot")
    chat.start()
    chat.wait_for(screen)
    return chat


@pytest.mark.usefixtures("running")
def test_the_first_day_of_a_partner(anna: Bot, tg: SandboxServer) -> None:
    look_after_newcomers()
    boss = chat_of(tg, ANNA)
    boss.wait_text("План на первую неделю")
    boss.press("📋 Открыть план")
    week = boss.wait_text("День 1. Бот глазами посетителя")
    assert ["✅ Пройти своего бота"] in week.button_texts  # /start is seen by itself
    boss.press("☐ Проверить свои ссылки")
    boss.wait_text("2 из 21")

    boss.send("/training")
    boss.wait_text("Короткие уроки")
    boss.press("🤖 Как пользоваться ботом · 0 из 4")
    boss.press("Что бот делает сам")
    boss.press("Дальше →")
    boss.press("✅ Готово")
    boss.wait_text("1 из 4")
    boss.send("/checklist")
    boss.wait_text("3 из 21")

    boss.send("/my_income")
    boss.wait_text("Калькулятор по плану")
    boss.send("100")
    boss.wait_text("Личные покупки: 100 PV")
    boss.send("650")
    assert "доход не гарантируется" in boss.wait_text("Расчёт по таблице плана").text

    boss.send("/reels_templates бизнес")
    assert "https://t.me/anna_bot" in boss.wait_text("Доход не гарантируется").text

    helper = chat_of(tg, HELPER)
    helper.send("/training")
    helper.wait_text("0 из 18")
    others(helper)
    others(open_bot(tg, "Чужой"), "/training", "/reels_templates")

    gone_for(anna, timedelta(hours=13))
    look_after_newcomers()
    look_after_newcomers()
    boss.wait_text("Начать можно с малого")
    until(lambda: sum("Начать можно" in m.text for m in boss.bot_messages) == 1, "there is one nudge")
    assert not any("План первой недели ждёт" in message.text for message in boss.bot_messages)


def others(chat: ChatDriver, *more: str) -> None:
    """For them the commands do not exist."""
    for command in ("/checklist", "/my_income", *more):
        count = len(chat.bot_messages)
        chat.send(command)
        chat.wait_for(lambda c, count=count: len(c.bot_messages) > count)  # type: ignore[misc]
        assert not any(word in chat.text for word in ("День 1", "Калькулятор", "Короткие уроки", "Сценарии"))


def gone_for(bot: Bot, time: timedelta) -> None:
    """As if the partner had been here so long ago."""
    with tenancy.partner(bot.partner_id):
        seen = clock.now() - time
        Checklist.objects.update(seen_at=seen, nudge_at=seen + timedelta(hours=4))
