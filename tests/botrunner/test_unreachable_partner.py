"""The partner blocked the own bot, or never opened it: the operators get the card. Through the real runner."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from partners import tenancy
from partners.models import Bot, Partner
from tests.botrunner.disasters import until
from tests.botrunner.test_contacts import PHONE, agreed, boss
from tests.runner import RunnerThread
from tests.telegram import ChatDriver, SandboxServer

__all__ = ["boss"]


@pytest.fixture
def running(anna: Bot, tg: SandboxServer) -> Iterator[RunnerThread]:
    with RunnerThread(tg.url) as runner:
        yield runner


@pytest.fixture
def operator(anna: Bot, tg: SandboxServer, settings: Settings) -> ChatDriver:
    settings.OPERATOR_TELEGRAM_IDS = [900]
    chat = tg.person("Оператор", user_id=900).open("anna_bot")
    chat.start()
    return chat


def unreachable(bot: Bot) -> str:
    with tenancy.partner(bot.partner_id):
        return Partner.objects.get().unreachable


@pytest.mark.usefixtures("running")
def test_a_partner_who_blocked_the_bot(anna: Bot, boss: ChatDriver, operator: ChatDriver, tg: SandboxServer) -> None:
    boss.start()
    boss.wait_for(lambda chat: chat.bot_messages)
    boss.block()
    agreed(tg).share_contact(PHONE)
    card = operator.wait_text("Партнёр не получил сигнал")
    assert "Анна Смирнова" in card.text
    assert "он заблокировал своего бота" in card.text
    assert "ОСТАВИЛ КОНТАКТ" in card.text
    assert "916 123-45-67" in card.text
    assert unreachable(anna) == "blocked"
    boss.unblock()
    until(lambda: unreachable(anna) == "", "the partner is known to be back")


@pytest.mark.usefixtures("running", "boss")
def test_a_partner_who_never_opened_the_bot(anna: Bot, operator: ChatDriver, tg: SandboxServer) -> None:
    agreed(tg).share_contact(PHONE)
    assert "ещё не открывал своего бота" in operator.wait_text("Партнёр не получил сигнал").text
    assert unreachable(anna) == "never_opened"
