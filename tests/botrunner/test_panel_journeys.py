"""The panel through Telegram: the real runner against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from analytics.services import rollups
from partners import clock, tenancy
from partners.models import Bot, Link, Partner
from tests.botrunner.test_contacts import boss
from tests.botrunner.walking import open_bot, screen
from tests.runner import RunnerThread
from tests.telegram import ChatDriver, SandboxServer

__all__ = ["boss"]


@pytest.fixture
def panel(anna: Bot, boss: ChatDriver, tg: SandboxServer) -> Iterator[ChatDriver]:
    """The partner's chat with the running bot."""
    with RunnerThread(tg.url):
        boss.start()
        boss.wait_for(screen)
        yield boss


def test_a_link_its_qr_code_and_whoever_comes_through_it(anna: Bot, panel: ChatDriver, tg: SandboxServer) -> None:
    panel.send("/my_link")
    panel.press("➕ Новая ссылка")
    panel.wait_text("Для чего ссылка?")
    panel.send("Визитка")
    card = panel.wait_text("https://t.me/anna_bot?start=vizitka")
    assert card.photo
    assert tg.do(lambda: tg.world.files.read(card.photo or "")).startswith(b"\x89PNG")
    open_bot(tg, "Иван", code="vizitka")
    rollups.roll_up(now=clock.now())
    panel.press("← Все ссылки")
    listed = panel.wait_text("Визитка — 1 человек")
    assert not listed.photo
    panel.wait_for(lambda c: card.id not in [message.id for message in c.messages])  # it goes after the list has come
    panel.press("Визитка")
    assert panel.wait_text("По этой ссылке: 1 человек").photo
    with tenancy.partner(anna.partner_id):
        assert Link.objects.get().campaign == "Визитка"


def test_settings_by_buttons_and_by_words(anna: Bot, panel: ChatDriver) -> None:
    panel.send("/my_settings")
    overview = panel.wait_text("Твои настройки")
    panel.press("Магазин")
    assert panel.wait_text("Ссылка на магазин").id == overview.id
    panel.send("магазин.рф")
    panel.wait_text("не похоже на ссылку")
    panel.send("https://nl.example/anna")
    panel.wait_text("Магазин: https://nl.example/anna")
    panel.press("Тихие часы")
    panel.wait_text("бот сам никому не пишет")
    panel.send("/cancel")
    panel.wait_text("всё остаётся как было")
    panel.send("/my_settings")
    panel.press("ты / вы")
    panel.press("на вы")
    panel.wait_text("Ваши настройки")
    with tenancy.partner(anna.partner_id):
        partner = Partner.objects.get()
    assert (partner.shop_link, partner.communication_style) == ("https://nl.example/anna", "vy")


def test_a_helper_comes_and_goes(anna: Bot, panel: ChatDriver, tg: SandboxServer) -> None:
    panel.send("/invite")
    panel.press("➕ Пригласить помощника")
    code = panel.wait_text("Приглашение помощника").text.partition("?start=")[2].split()[0]
    maria = tg.person("Мария").open("anna_bot")
    maria.start(code)
    maria.press("✅ Да, помогу")
    maria.wait_text("подтвердил(а)")
    panel.press("✅ Да, это мой помощник")
    maria.wait_text("Готово")
    maria.send("/help")
    assert "/invite" not in maria.wait_text("Панель помощника").text
    maria.send("/hot_leads")
    maria.wait_text("Все горячие обработаны")
    panel.send("/invite")
    panel.press("Убрать: Мария")
    panel.press("Да, убрать")
    panel.wait_text("больше не помощник")
    maria.send("/help")
    maria.wait_text("/forget_me — удалить")
