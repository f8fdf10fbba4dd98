"""The board of the fleet and the incidents, as an operator looks at them and leaves them open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from partners import clock, tenancy
from partners.admin.fleet import PER_ROW
from partners.health import Trouble
from partners.incident_rules import TIMINGS
from partners.models import AuditEntry, Backup, Bot, BotVitals
from partners.services import incidents
from partners.services.incidents import Key, Reading
from tests.browser.test_admin import PHONE, log_in
from tests.factories import make_bot, make_partner
from tests.personas import operator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LATER = 6_000  # ms, when the next look is over
LIST = "/admin/partners/incident/"


@pytest.fixture
def fleet() -> list[Bot]:
    """More bots than need a map; all of them work."""
    now = clock.now()
    return [
        make_bot(make_partner(name=f"Партнёр {letter}"), username=f"{letter}_bot", state="running",
                 running_generation=1, heartbeat_at=now + timedelta(hours=1))
        for letter in "абвгдежзиклмн"[: PER_ROW + 2]
    ]  # fmt: skip


def change(bot: Bot, **fields: Any) -> None:
    with tenancy.all_partners():
        Bot.objects.filter(pk=bot.pk).update(**fields)


def shown(page: Any) -> list[str]:
    return [str(one) for one in page.locator(".fleet-name > a").all_inner_texts()]


def look(bot: Bot, *, bad: bool, later: timedelta = timedelta()) -> None:
    """As the tick does that watches the bots."""
    with tenancy.all_partners():
        incidents.apply({Key(Trouble.TOKEN, bot.partner_id): Reading(bad)}, now=clock.now() + later)


def test_what_needs_attention_comes_first_and_alone(page: Any, live_server: Any, fleet: list[Bot]) -> None:
    change(fleet[5], state="failed")
    change(fleet[2], wanted="stopped", state="stopped")
    log_in(page, live_server, operator().username)
    assert shown(page)[0] == "Партнёр е"
    squares = page.locator(".fleet-map div a")
    assert squares.count() == len(fleet)
    assert squares.first.get_attribute("title") == "Партнёр е: не работает"
    page.select_option("select[name=state]", "attention")
    page.locator("[role=search] button").click()
    page.wait_for_url("**state=attention**")
    assert shown(page) == ["Партнёр е"]
    page.goto(f"{live_server.url}/admin/?state=stopped")
    assert shown(page) == ["Партнёр в"]
    page.fill("input[name=q]", "партнёр Ж")
    page.select_option("select[name=state]", "")
    page.press("input[name=q]", "Enter")
    page.wait_for_url("**q=**")
    assert shown(page) == ["Партнёр ж"]


def test_a_bot_that_goes_down_turns_up_by_itself(page: Any, live_server: Any, fleet: list[Bot]) -> None:
    page.clock.install()
    log_in(page, live_server, operator().username)
    page.goto(f"{live_server.url}/admin/?state=attention")
    page.evaluate("window.stillTheSamePage = true")
    assert shown(page) == []
    change(fleet[7], state="failed", trouble="token")
    with tenancy.all_partners():
        BotVitals.objects.create(bot=fleet[8], partner=fleet[8].partner, measured_at=clock.now(), waiting={"0": 900})
    page.clock.fast_forward(LATER)
    page.locator(".fleet-name").first.wait_for()
    assert shown(page) == ["Партнёр з", "Партнёр и"]
    assert "токен не принимается" in page.locator(f"[data-bot='{fleet[7].pk}']").inner_text()
    assert "15 мин" in page.locator(f"[data-bot='{fleet[8].pk}'] .fleet-sign").inner_text()
    change(fleet[7], state="running", trouble="")
    page.clock.fast_forward(LATER)
    page.locator(f"[data-bot='{fleet[7].pk}']").wait_for(state="detached")
    assert page.evaluate("window.stillTheSamePage")


def test_an_incident_from_its_beginning_to_its_end(page: Any, live_server: Any, fleet: list[Bot]) -> None:
    page.clock.install()
    user = operator()
    log_in(page, live_server, user.username)
    page.goto(live_server.url + LIST)
    page.evaluate("window.stillTheSamePage = true")
    assert page.locator(".incident").count() == 0
    look(fleet[0], bad=True)
    page.clock.fast_forward(LATER)
    incident = page.locator(".incident.is-troubled")
    incident.wait_for()
    assert "Партнёр а" in incident.inner_text()
    assert "BotFather" in incident.inner_text()
    incident.locator("[formaction$='/take/']").click()
    incident.locator("[formaction$='/take/']").wait_for(state="detached")
    assert user.username in incident.inner_text()
    look(fleet[0], bad=False, later=TIMINGS[Trouble.TOKEN].calm)
    page.clock.fast_forward(LATER)
    incident.wait_for(state="detached")
    assert "Партнёр а" in page.locator(".incident").inner_text()
    assert page.evaluate("window.stillTheSamePage")


def test_an_open_incident_stands_on_the_home_page(page: Any, live_server: Any, fleet: list[Bot]) -> None:
    look(fleet[0], bad=True)
    log_in(page, live_server, operator().username)
    home = page.locator(".incidents-home")
    home.get_by_role("link", name="Партнёр а").click()
    page.wait_for_url("**q=**")
    assert shown(page) == ["Партнёр а"]
    home.locator("> a").click()
    page.wait_for_url(f"**{LIST}?state=open")
    assert page.locator(".incident").count() == 1


def test_a_phone_is_wide_enough(page: Any, live_server: Any, fleet: list[Bot]) -> None:
    now, user = clock.now(), operator()
    change(fleet[0], state="failed", last_error="оченьдлинноеслово" * 20, last_error_at=now)
    look(fleet[0], bad=True)
    with tenancy.all_partners():
        Backup.objects.create(state="failed", asked_at=now, finished_at=now, error="/очень/длинный/путь" * 20)
        AuditEntry.objects.create(
            at=now, actor=user, actor_name=user.username, action="change", model="partners.partner",
            object_id=str(fleet[0].partner_id), object_name="Длинноеимя" * 12, before={"name": "а" * 90},
            after={"name": "б" * 90}, partner=fleet[0].partner, address="127.0.0.1",
        )  # fmt: skip
    page.set_viewport_size(PHONE)
    log_in(page, live_server, user.username)
    for path in ("/admin/", LIST, "/admin/partners/backup/", "/admin/partners/auditentry/"):
        page.goto(live_server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    changes = page.locator("td.field-changed", has_text="→")
    assert changes.evaluate("cell => cell.scrollHeight <= cell.clientHeight + 1")  # nothing is cut off
