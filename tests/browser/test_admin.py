from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from content.models import Product
from funnels.models import FunnelEvent, FunnelVersion, LeadMessage
from funnels.services import versions
from partners import tenancy
from partners.models import Bot, Partner
from tests.factories import make_bot, make_lead, make_partner
from tests.funnels.samples import GOOD, PRODUCTS, broken, line_of
from tests.personas import PASSWORD, operator, owner

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}


def log_in(page: Any, live_server: Any, username: str) -> None:
    page.goto(f"{live_server.url}/admin/")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_selector("#fleet")
    page.wait_for_load_state()


def follow(locator: Any) -> None:
    """To another page, until it is whole and its scripts are at work: a click alone waits only for its beginning."""
    locator.click()
    locator.page.wait_for_load_state()


def publish_sample() -> FunnelVersion:
    with tenancy.all_partners():
        for key in PRODUCTS:
            Product.objects.create(key=key, name=key, category="c", price_rub=1, pv=1, as_of=timezone.now().date())
        version = versions.save_draft(key="main", text=GOOD, partner=None, author=None, now=timezone.now())
        versions.publish(version=version, now=timezone.now())
    return version


def make_talkative_lead(partner: Partner, name: str) -> str:
    """The path of the lead's page."""
    lead = make_lead(partner, first_name=name, phone="+79161234567", intent="client", pain="energy")
    with tenancy.all_partners():
        FunnelEvent.objects.create(lead=lead, partner=partner, kind="started", at=timezone.now())
        LeadMessage.objects.create(lead=lead, partner=partner, text="длинноеслово" * 30, at=timezone.now())
    return f"/admin/partners/lead/{lead.pk}/change/"


def test_an_operator_stops_and_starts_a_bot_on_the_home_page(page: Any, live_server: Any) -> None:
    bot = make_bot(make_partner(name="Анна"), state="running", running_generation=1, heartbeat_at=timezone.now())
    log_in(page, live_server, operator().username)
    row = page.locator(f"[data-bot='{bot.pk}']")
    assert "работает" in row.inner_text()
    page.evaluate("window.stillTheSamePage = true")
    row.locator("[data-command=stop]").click()
    row.locator("[data-command=start]").wait_for()
    assert "останавливается" in row.inner_text()
    row.locator("[data-command=start]").click()
    row.locator("[data-command=stop]").wait_for()
    row.locator("[data-command=self-test]").click()
    page.get_by_text("Идёт самопроверка").wait_for()
    assert page.evaluate("window.stillTheSamePage")
    with tenancy.all_partners():
        bot.refresh_from_db()
    assert bot.wanted == Bot.Wanted.RUNNING
    assert bot.self_test_wanted_at is not None


def test_the_fleet_is_refreshed_without_reloading(page: Any, live_server: Any) -> None:
    bot = make_bot(state="running", running_generation=1, heartbeat_at=timezone.now())
    page.clock.install()
    log_in(page, live_server, operator().username)
    page.evaluate("window.stillTheSamePage = true")
    with tenancy.all_partners():
        Bot.objects.update(state="failed", last_error="Токен отозван")
    page.clock.fast_forward(6_000)
    page.get_by_text("Токен отозван").wait_for()
    assert "не работает" in page.locator(f"[data-bot='{bot.pk}']").inner_text()
    assert page.evaluate("window.stillTheSamePage")


def test_a_draft_is_corrected_published_and_drawn(page: Any, live_server: Any) -> None:
    first = publish_sample()
    log_in(page, live_server, operator().username)
    page.goto(f"{live_server.url}/admin/funnels/funnelversion/{first.pk}/change/")
    follow(page.get_by_role("button", name="Новый черновик из этой версии"))
    area = page.locator("textarea[name=text]")
    text = broken("to: kids", "to: nowhere")
    area.fill(text)
    line = line_of(text, "to: nowhere")
    problem = page.locator(f"[data-problems] [data-line='{line}']")
    problem.wait_for()
    assert page.get_by_role("button", name="Опубликовать").is_disabled()
    problem.click()
    selected = area.evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)")
    assert "to: nowhere" in selected
    follow(page.get_by_role("button", name="Сохранить", exact=True))
    page.get_by_text("Чтобы опубликовать, исправьте ошибки").wait_for()
    follow(page.get_by_role("button", name="Опубликовать"))
    page.get_by_text("Исправьте их перед публикацией").wait_for()
    area.fill(broken("🔥 Похудеть", "🔥 Стройнее"))
    follow(page.get_by_role("button", name="Сохранить", exact=True))
    page.get_by_text("Сохранено. Ошибок в тексте нет.").wait_for()
    follow(page.get_by_role("button", name="Опубликовать"))
    page.get_by_text("Опубликовано. Лиды, которые войдут").wait_for()
    assert area.count() == 0
    follow(page.get_by_role("link", name="Дерево"))
    page.locator("[data-screen=health]").click()
    bubble = page.locator("#screen-health .bubble.is-ty")
    assert bubble.is_visible()
    assert "🔥 Стройнее" in bubble.inner_text()
    page.locator("[data-style=vy]").click()
    assert not bubble.is_visible()


def test_a_partner_sees_only_the_own_leads(page: Any, live_server: Any) -> None:
    anna, boris = make_partner(name="Анна"), make_partner(name="Борис")
    make_bot(anna)
    make_bot(boris)
    make_talkative_lead(anna, "Своя")
    foreign = make_talkative_lead(boris, "Чужая")
    log_in(page, live_server, owner(anna).username)
    assert "Своя" in page.inner_text("body")
    for path in ("/admin/", "/admin/partners/lead/"):
        page.goto(live_server.url + path)
        assert "Чужая" not in page.content()
        assert "Борис" not in page.content()
    assert page.goto(live_server.url + foreign).status == 404


def test_a_hostile_name_runs_nothing(page: Any, live_server: Any) -> None:
    dialogs: list[str] = []

    def note(dialog: Any) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    name = "</script><img src=x onerror=alert(1)>"
    path = make_talkative_lead(make_partner(name=name), name)
    log_in(page, live_server, operator().username)
    for address in (path, "/admin/partners/lead/", "/admin/partners/partner/"):
        page.goto(live_server.url + address)
        assert name in page.inner_text("body")
    assert dialogs == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_on_a_phone_and_nothing_comes_from_elsewhere(
    page: Any, live_server: Any, scheme: str
) -> None:
    elsewhere: list[str] = []
    local = (live_server.url, "data:", "blob:")

    def note(request: Any) -> None:
        if not request.url.startswith(local):
            elsewhere.append(request.url)

    page.on("request", note)
    partner = make_partner(name="Константинопольская-Преображенская Александра Владиславовна")
    make_bot(partner, username="konstantinopolskaya_assistant_bot", last_error="ошибка" * 30)
    lead = make_talkative_lead(partner, "Ж" * 64)
    version = publish_sample()
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme=scheme)
    log_in(page, live_server, operator().username)
    tree = f"/admin/funnels/funnelversion/{version.pk}/diagram/"
    for path in ("/admin/", "/admin/partners/lead/", lead, "/admin/partners/link/", tree):
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    assert elsewhere == []
