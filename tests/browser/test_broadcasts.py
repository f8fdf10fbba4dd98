from __future__ import annotations

from typing import Any

import pytest

from funnels.models import Broadcast
from partners import clock, tenancy
from tests.browser.test_admin import PHONE, follow, log_in
from tests.factories import make_bot, make_partner
from tests.funnels.broadcast_samples import make_reader, rows, settle
from tests.network import publish_network
from tests.personas import owner

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_owner_writes_looks_confirms_and_pauses(page: Any, live_server: Any) -> None:
    publish_network()
    bot = make_bot(make_partner("anna", name="Анна Смирнова", telegram_id=777, quiet_from="00:00", quiet_to="00:00"))
    for intent in ("client", "client", "business"):
        make_reader(bot, intent=intent)
    log_in(page, live_server, owner(bot.partner).username)
    page.goto(f"{live_server.url}/admin/funnels/broadcast/add/")
    look = page.locator("[data-look]")
    page.locator("[name=intents][value=client]").check()
    page.locator(".broadcast-count b", has_text="2").wait_for()
    page.locator("[name=text]").fill("Здравствуйте, {first_name|друзья}! <b>Суббота</b>, 12:00.\n\nЖду вас на встрече.")
    look.locator(".bubble-text b", has_text="Суббота").wait_for()
    assert "Здравствуйте, Мария!" in look.inner_text()
    page.locator("[name=text]").fill("<b>Суббота")
    look.locator(".problems li").first.wait_for()
    page.locator("[name=text]").fill("Здравствуйте, {first_name|друзья}! <b>Суббота</b>, 12:00.\n\nЖду вас на встрече.")
    page.locator("[name=advert][value=none]").check()
    look.locator(".tone-good").wait_for()
    follow(page.locator("[name=_confirm]"))
    follow(page.locator("form.broadcast-actions button.is-primary"))
    progress = page.locator("[data-state]")
    progress.wait_for()
    with tenancy.partner(bot.partner_id):
        broadcast = Broadcast.objects.get()
    page.evaluate("window.stillTheSamePage = true")
    page.locator(f"[formaction$='/{broadcast.pk}/pause/']").click()
    page.locator(f"[formaction$='/{broadcast.pk}/resume/']").click()
    page.locator(f"[formaction$='/{broadcast.pk}/pause/']").wait_for()
    for row in rows(bot):
        settle(row, "sent")
    progress.locator("button").first.wait_for(state="detached")
    assert page.evaluate("window.stillTheSamePage")
    assert clock.now() >= broadcast.created_at


@pytest.mark.parametrize("address", ["", "add/"])
def test_the_pages_fit_a_phone(page: Any, live_server: Any, address: str) -> None:
    publish_network()
    bot = make_bot(make_partner("anna"))
    log_in(page, live_server, owner(bot.partner).username)
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/admin/funnels/broadcast/{address}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
