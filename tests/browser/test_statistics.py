from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from openpyxl import load_workbook

from funnels.milestones import DEEDS, Did
from partners import clock
from partners.models import Partner
from tests.analytics.stories import DAY, counted, make_version, make_visitor, make_walker
from tests.browser.test_admin import PHONE, follow, log_in
from tests.factories import make_partner
from tests.personas import operator, owner

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = ("/analytics/", "/analytics/funnel/", "/analytics/leads/", "/analytics/people/?of=deed&key=came")


@pytest.fixture
def anna() -> Partner:
    """Yesterday three people came, one left a contact; a hundred days ago one came."""
    partner, version, yesterday = make_partner("anna", name="Анна"), make_version(1), clock.now() - DAY
    counted(
        make_visitor(partner, yesterday, "contact", first_name="Зоя", phone="+79161234567"),
        make_walker(partner, yesterday, version.pk, "start", "health"),
        make_walker(partner, yesterday, version.pk, "start"),
        make_visitor(partner, clock.now() - 100 * DAY),
    )
    return partner


@pytest.fixture
def boris() -> Partner:
    partner = make_partner("boris", name="Борис")
    counted(make_visitor(partner, clock.now() - DAY, first_name="Чужая"))
    return partner


def figure(page: Any) -> str:
    """How many came."""
    return str(page.locator(".stats-figure").first.inner_text())


def test_the_filters(page: Any, live_server: Any, anna: Partner, boris: Partner) -> None:
    log_in(page, live_server, operator().username)
    page.goto(f"{live_server.url}/analytics/")
    assert figure(page) == "4"
    search = page.locator("input[list]")
    search.fill("ан")
    search.press("Enter")
    page.wait_for_url("**partner=anna**")
    assert figure(page) == "3"
    page.locator(".stats-periods a").last.click()
    page.wait_for_url("**period=year**")
    assert figure(page) == "4"
    page.fill("input[name=from]", str((clock.now() - DAY * 110).date()))
    page.fill("input[name=to]", str((clock.now() - DAY * 90).date()))
    page.press("input[name=to]", "Enter")
    page.wait_for_url("**from=**")
    assert figure(page) == "1"
    assert "partner=anna" in page.url
    page.locator("input[list]").fill("никого")
    page.press("input[list]", "Enter")
    assert "partner=anna" in page.url
    assert page.locator("input[list]").evaluate("input => input.validity.customError")


def test_from_a_number_to_the_person(page: Any, live_server: Any, anna: Partner) -> None:
    log_in(page, live_server, owner(anna).username)
    page.goto(f"{live_server.url}/analytics/")
    contacts = page.locator("#figures tbody tr").nth(DEEDS.index(Did.CONTACT))
    follow(contacts.get_by_role("link", name="1", exact=True))
    row = page.locator("#people tbody tr")
    assert row.count() == 1
    assert "+79161234567" in row.inner_text()
    row.get_by_role("link", name="Зоя").click()
    page.wait_for_url("**/admin/partners/lead/**")


def test_a_point_of_the_chart_leads_to_its_people(page: Any, live_server: Any, anna: Partner) -> None:
    log_in(page, live_server, owner(anna).username)
    page.goto(f"{live_server.url}/analytics/?period=yesterday")
    canvas = page.locator("canvas[data-chart]")
    place = canvas.evaluate(
        "canvas => { const {x, y} = Chart.getChart(canvas).getDatasetMeta(0).data[0]; return {x, y}; }"
    )
    canvas.click(position=place)
    page.wait_for_url("**/analytics/people/**")
    assert page.locator("#people tbody tr").count() == 3


def test_the_files_are_downloaded(page: Any, live_server: Any, anna: Partner) -> None:
    log_in(page, live_server, owner(anna).username)
    page.goto(f"{live_server.url}/analytics/")
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX", exact=True).click()
    book = load_workbook(BytesIO(download.value.path().read_bytes()))
    assert book.worksheets[0]["B2"].value == 3
    with page.expect_download() as download:
        page.locator("#figures .stats-download").click()
    rows = list(csv.reader(StringIO(download.value.path().read_text("utf-8-sig")), delimiter=";"))
    assert rows[1][1] == page.locator("#figures tbody tr").first.locator("td").first.inner_text() == "3"


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_is_wide_enough(page: Any, live_server: Any, anna: Partner, dark: bool) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.set_viewport_size(PHONE)
    log_in(page, live_server, owner(anna).username)
    for path in PAGES:
        page.goto(live_server.url + path)
        if dark:
            page.evaluate("document.documentElement.classList.add('dark')")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    assert problems == []


def test_the_current_page_is_seen_in_the_menu_of_a_phone(page: Any, live_server: Any, anna: Partner) -> None:
    page.set_viewport_size(PHONE)
    log_in(page, live_server, owner(anna).username)
    page.goto(f"{live_server.url}/analytics/ai/")
    shown = page.locator(".stats-menu [aria-current]").bounding_box()
    assert shown["x"] + shown["width"] <= PHONE["width"]


def test_a_table_is_sorted_by_the_keyboard(page: Any, live_server: Any, anna: Partner) -> None:
    log_in(page, live_server, owner(anna).username)
    page.goto(f"{live_server.url}/analytics/")
    page.locator("#days thead th").nth(1).locator("a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=days**")
    assert page.locator("#days thead th").nth(1).get_attribute("aria-sort") == "descending"
    assert page.locator("#days tbody tr").first.locator("td").first.inner_text() == "3"


def test_on_paper_there_is_nothing_to_press(page: Any, live_server: Any, anna: Partner) -> None:
    log_in(page, live_server, owner(anna).username)
    page.goto(f"{live_server.url}/analytics/")
    page.emulate_media(media="print")
    assert page.locator("#figures table").is_visible()
    for hidden in (".stats-menu", ".stats-filters", "#nav-sidebar", ".stats-download"):
        assert not page.locator(hidden).first.is_visible(), hidden


def test_a_partner_sees_only_the_own_people(page: Any, live_server: Any, anna: Partner, boris: Partner) -> None:
    log_in(page, live_server, owner(anna).username)
    page.locator("a[href='/analytics/']").first.click()
    page.wait_for_url("**/analytics/")
    assert figure(page) == "3"
    assert page.locator("select[name=partner]").count() == 0
    for path in PAGES:
        page.goto(live_server.url + path)
        assert "Борис" not in page.content()
        assert "Чужая" not in page.content()
        sign = "&" if "?" in path else "?"
        assert page.goto(f"{live_server.url}{path}{sign}partner=boris").status == 404
        assert page.goto(f"{live_server.url}{path}{sign}partner=nobody").status == 404


def test_a_stranger_is_asked_to_log_in(page: Any, live_server: Any) -> None:
    page.goto(f"{live_server.url}/analytics/leads/")
    page.wait_for_url("**/admin/login/?next=/analytics/leads/")
    assert page.goto(f"{live_server.url}/analytics/nothing/").status == 404
