"""/broadcast through the real runner: from the partner's command to the lead's phone and back."""

from __future__ import annotations

import pytest

from content.models import OutboxMessage
from funnels.models import Broadcast
from partners import tenancy
from partners.models import Bot, Lead, Partner
from tests.botrunner.disasters import until
from tests.factories import make_consent
from tests.runner import RunnerThread
from tests.telegram import ChatDriver, SandboxServer

ANNA = 777


@pytest.fixture
def boss(anna: Bot, tg: SandboxServer) -> ChatDriver:
    """The partner's own chat with the bot; nobody sleeps here."""
    chat = tg.person("Анна", user_id=ANNA).open("anna_bot")
    with tenancy.all_partners():
        Partner.objects.filter(pk=anna.partner_id).update(telegram_id=ANNA, quiet_from="00:00", quiet_to="00:00")
    return chat


def reader(anna: Bot, tg: SandboxServer, name: str) -> ChatDriver:
    """Has opened the bot and agreed to offers."""
    chat = tg.person(name).open("anna_bot")
    chat.start()
    chat.wait_for(lambda c: bool(c.messages and c.last.buttons))
    with tenancy.partner(anna.partner_id):
        lead = Lead.objects.get(telegram_id=chat.owner.id)
    make_consent(lead)
    return chat


def test_a_partner_writes_to_everybody(anna: Bot, boss: ChatDriver, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        boss.start()
        ivan, olga = reader(anna, tg, "Иван"), reader(anna, tg, "<i>Ольга")
        assert_unknown(ivan)
        boss.send("/broadcast")
        boss.wait_text("Кому написать?")
        boss.press("Все · 2")
        boss.wait_text("Пришли текст")
        boss.send("Привет, {first_name|друзья}! 2 < 3")
        boss.wait_text("Это реклама?")
        boss.press("Это не реклама — подтверждаю")
        boss.wait_text("Рассылка готова")
        boss.press("🧪 Отправить тест мне")
        boss.wait_text("Тест рассылки")
        boss.wait_text("Привет, Анна! 2 < 3")
        boss.press("📨 Отправить 2 людям")
        assert ivan.wait_text("Привет, Иван! 2 < 3").button_texts == [["🔕 Отписаться"]]
        olga.wait_text("Привет, <i>Ольга! 2 < 3")
        until(lambda: states(anna) == {"sent"}, "everything is sent")
        boss.wait_text("Рассылка идёт")
        boss.press("🔄 Обновить")
        boss.wait_text("Рассылка закончена")
        ivan.press("🔕 Отписаться")
        ivan.wait_text("рекламных сообщений больше не будет")
    with tenancy.partner(anna.partner_id):
        assert Broadcast.objects.get().state == Broadcast.State.FINISHED


def assert_unknown(chat: ChatDriver) -> None:
    before = len(chat.bot_messages)
    chat.send("/broadcast")
    chat.wait_for(lambda c: len(c.bot_messages) > before)
    assert "Кому написать?" not in chat.last.text


def states(bot: Bot) -> set[str]:
    with tenancy.partner(bot.partner_id):
        rows = OutboxMessage.objects.filter(lane=OutboxMessage.Lane.BROADCAST)
        return set(rows.values_list("state", flat=True))
