"""From a filled form to a bot that answers: the real pages, the real runner, nothing started anew."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from funnels.services.script import forget_scripts
from partners import tenancy
from partners.models import Application, Bot, Partner
from tests.browser.test_admin import follow, log_in
from tests.network import publish_network
from tests.partners.applications import ANSWERS, TOKEN
from tests.personas import operator
from tests.runner import RunnerThread
from tests.telegram import SandboxServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def telegram() -> Iterator[SandboxServer]:
    with SandboxServer() as server, override_settings(TELEGRAM_API_URL=server.url, TELEGRAM_LINK_URL=server.url):
        server.add_bot(token=TOKEN, username="anna_join_bot", name="Помощник Анны")
        yield server


@pytest.fixture
def _network() -> Iterator[None]:
    publish_network()
    yield
    forget_scripts()


def fill_in(page: Any, live_server: Any, group_id: int) -> str:
    """The address of the application, which was sent."""
    page.goto(f"{live_server.url}/join/")
    follow(page.locator("#begin"))
    told = ANSWERS | {"token": TOKEN, "group_id": str(group_id)}
    for _section in range(7):
        for field in page.locator("form[data-save] :is(input, select, textarea)[name]").all():
            name = field.get_attribute("name")
            if field.get_attribute("type") == "checkbox":
                field.check()
            elif name in told and field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(told[name])
            elif name in told and not field.input_value():
                field.fill(told[name])
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        follow(page.locator("#next"))
    page.click("#send")
    page.wait_for_selector("#send", state="detached")
    return str(page.url)


@pytest.mark.usefixtures("_network")
def test_from_a_filled_form_to_a_bot_that_answers(
    page: Any, chromium: Any, live_server: Any, telegram: SandboxServer
) -> None:
    anna = telegram.person("Анна")
    group = telegram.group("Завтраки", forum=True, owner=anna, admins=["anna_join_bot"])
    page.set_viewport_size(PHONE)
    with RunnerThread(telegram.url):
        began = time.monotonic()
        application = fill_in(page, live_server, group.id)
        office = chromium.new_context(locale="ru-RU").new_page()
        office.set_default_timeout(60_000)
        log_in(office, live_server, operator().username)
        with tenancy.all_partners():
            row = Application.objects.get()
        office.goto(f"{live_server.url}/admin/partners/application/{row.pk}/change/")
        approved = time.monotonic()
        follow(office.locator("button[value=approve]"))
        office.wait_for_function("!document.querySelector('[data-awaited]')")
        points = office.inner_text(".application-points")
        chat = telegram.person("Мария").open("anna_join_bot")
        chat.start()
        chat.wait_text("Анн")
        ended = time.monotonic()
        print(f"from the empty form: {ended - began:.1f} s, from the approval: {ended - approved:.1f} s")
        assert points.count("✅") >= 8  # token, webhook, privacy, group, topics, and those that it has made
        assert "❌" in points  # the shop of the test does not exist
        connect(page, application, anna)
        office.context.close()
    with tenancy.all_partners():
        assert Partner.objects.get().telegram_id == anna.id
        assert Bot.objects.get().generation == 1  # nothing was restarted


def connect(page: Any, application: str, anna: Any) -> None:
    """The applicant's page: the button, the link, Start in the bot, and the page knows it."""
    page.goto(application)
    follow(page.locator("#connect"))
    code = page.get_attribute("#bot-address", "href").partition("?start=")[2]
    chat = anna.open("anna_join_bot")
    chat.start(code)
    chat.wait_for(lambda c: c.bot_messages and c.bot_messages[-1].buttons)
    chat.press(chat.bot_messages[-1].buttons[0][0].text)
    page.wait_for_selector("#connect", state="detached")
    page.wait_for_selector("#bot-address", state="hidden")  # nothing is left to do


def test_answers_are_saved_while_one_types_and_found_again(page: Any, live_server: Any, chromium: Any) -> None:
    page.goto(f"{live_server.url}/join/")
    follow(page.locator("#begin"))
    with page.expect_response(lambda response: response.status == 204):
        page.fill("#name", "Анна")  # letter by letter it might be saved before the last one
    address = page.input_value("#own-link").rpartition("/join/")[2]
    other = chromium.new_context(locale="ru-RU").new_page()
    other.goto(f"{live_server.url}/join/{address}1/")
    assert other.input_value("#name") == "Анна"
    other.context.close()
