"""A newcomer lives through two weeks of a sequence in a real browser: runner, outbox and clock are the real ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from botrunner.db import close_connections
from botrunner.timemachine import ProductClock
from content.models import OutboxMessage
from funnels.tasks import plan_warmups
from partners import clock, tenancy
from partners.models import Bot, Partner
from tests.botrunner.walking import TO_PRODUCT, go, open_bot
from tests.factories import make_bot, make_partner
from tests.network import publish_sequence
from tests.runner import RunnerThread
from tests.telegram import ChatDriver, SandboxServer

pytestmark = pytest.mark.browser


@pytest.fixture
def tg(settings: Any, tmp_path: Path) -> Iterator[SandboxServer]:
    settings.SANDBOX_CLOCK = tmp_path / "clock"
    with SandboxServer(now=clock.now, machine=ProductClock(tick=plan_warmups)) as server:
        yield server
    close_connections()


@pytest.fixture
def anna(network: None, tg: SandboxServer) -> Iterator[Bot]:
    publish_sequence("weight")
    bot = make_bot(make_partner("anna", communication_style=Partner.Style.INFORMAL), username="anna_bot")
    tg.add_bot(token=bot.token.reveal(), username="anna_bot", name="Анна")
    with RunnerThread(tg.url, clock=clock.now):
        yield bot


@pytest.fixture
def agreed(anna: Bot, tg: SandboxServer) -> ChatDriver:
    """A person who chose a product and wants tips."""
    chat = open_bot(tg)
    go(chat, *TO_PRODUCT)
    chat.press("Да, присылай")
    chat.wait_text("раз в день-два")
    return chat


def show(page: Page, tg: SandboxServer, chat: ChatDriver) -> None:
    page.goto(f"{tg.url}/anna_bot?as={chat.owner.id}")
    expect(page.locator("#clock")).to_be_visible()


def press(page: Page, name: str) -> None:
    page.locator(f"[data-clock={name}]").click()
    expect(page.locator("#clock")).not_to_have_class(re.compile("moving"))


def warmups(page: Page) -> Locator:
    return page.get_by_role("button", name="🔕 Отписаться")


def test_two_weeks_by_clicks(agreed: ChatDriver, anna: Bot, tg: SandboxServer, page: Page) -> None:
    show(page, tg, agreed)
    for number in range(1, 8):
        press(page, "next")
        expect(warmups(page)).to_have_count(number)
    expect(page.locator(".clock-face b")).to_contain_text(re.compile(r"\+1[2-6] дн"))
    assert page.locator(".service.date").count() >= 7  # the first one may come on the day of the talk
    press(page, "next")
    expect(page.locator(".toast")).to_contain_text("Ничего не запланировано")
    with tenancy.partner(anna.partner_id):
        assert set(OutboxMessage.objects.values_list("state", flat=True)) == {OutboxMessage.State.SENT}


def test_a_day_is_lived_through_and_nothing_comes_too_late(
    agreed: ChatDriver, anna: Bot, tg: SandboxServer, page: Page
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    show(page, tg, agreed)
    press(page, "hour")
    expect(page.locator(".clock-face b")).to_have_text("+1 ч")
    expect(warmups(page)).to_have_count(0)
    press(page, "day")
    press(page, "day")
    expect(warmups(page)).not_to_have_count(0)
    with tenancy.partner(anna.partner_id):
        assert set(OutboxMessage.objects.values_list("state", flat=True)) == {OutboxMessage.State.SENT}
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_clock_explains_itself_and_hides_where_it_is_real(
    agreed: ChatDriver, tg: SandboxServer, page: Page
) -> None:
    show(page, tg, agreed)
    page.locator(".clock-face").click()
    expect(page.get_by_role("dialog")).to_contain_text("только вперёд")
    with SandboxServer() as real:
        real.person("Иван")
        page.goto(real.url)
        expect(page.locator("#me")).to_contain_text("Иван")
        expect(page.locator("#clock")).to_be_hidden()
