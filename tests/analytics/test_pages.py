"""Who sees whose numbers, what the address may ask, and that a page and its files say the same."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from analytics.reports import formats
from partners import clock
from partners.models import Partner
from tests.analytics.stories import counted, make_version, make_visitor, make_walker
from tests.factories import make_link, make_partner
from tests.personas import analyst, client_of, colleague, editor, make_user, operator, owner, stranger

pytestmark = pytest.mark.django_db

PAGES = [f"/analytics/{page}" for page in ("", "funnel/", "leads/", "sequences/", "sources/", "posts/", "ai/")]
OF_DEEDS = PAGES[:3]
DEEDS = "/analytics/people/?of=deed&key="


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)


@pytest.fixture
def anna() -> Partner:
    """Three people yesterday, one of them left a contact; one person in the month before."""
    partner = make_partner("anna", name="Анна")
    version = make_version(1).pk
    leads = [
        make_visitor(partner, YESTERDAY, "contact", first_name="Зоя", username="zoya", phone="+79161234567"),
        make_visitor(partner, YESTERDAY, "shop"),
        make_walker(partner, YESTERDAY, version, "start", "health", "shake"),
        make_visitor(partner, NOW - timedelta(days=40)),
    ]
    counted(*leads)
    return partner


@pytest.fixture
def boris() -> Partner:
    partner = make_partner("boris", name="Борис")
    counted(make_visitor(partner, YESTERDAY))
    return partner


def rows_of(response: Any, key: str) -> list[list[str]]:
    """As the page shows them."""
    table = response.context["tables"][key]
    return [
        [formats.text(cell.value, column.kind) for cell, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]


def came(response: Any) -> str:
    return rows_of(response, "figures")[0][1]


# Who


@pytest.mark.parametrize("page", PAGES)
def test_who_may_open_it(page: str, anna: Partner, boris: Partner) -> None:
    for user in (operator(), analyst(), editor()):
        client = client_of(user)
        assert client.get(page).status_code == 200
        assert client.get(f"{page}?partner=anna").status_code == 200
        assert client.get(f"{page}?partner=nobody").status_code == 404
        assert client.get(f"{page}?partner=%00").status_code == 404
    for user in (owner(anna), colleague(anna)):
        client = client_of(user)
        assert client.get(page).status_code == 200
        assert client.get(f"{page}?partner=anna").status_code == 200
        assert client.get(f"{page}?partner=boris").status_code == 404
        assert client.get(f"{page}?partner=nobody").status_code == 404
    assert client_of(stranger()).get(f"{page}?partner=anna").status_code == 404


@pytest.mark.parametrize("page", [*PAGES, DEEDS + "came"])
def test_a_stranger_finds_the_login(page: str, client: Any) -> None:
    assert client.get(page)["Location"].startswith("/admin/login/?next=/analytics/")
    assert client_of(make_user()).get(page)["Location"].startswith("/admin/login/")


def test_everybody_sees_their_own_numbers(anna: Partner, boris: Partner) -> None:
    assert came(client_of(operator()).get("/analytics/")) == "4"
    assert came(client_of(operator()).get("/analytics/?partner=anna")) == "3"
    assert came(client_of(owner(anna)).get("/analytics/")) == "3"
    assert came(client_of(colleague(anna)).get("/analytics/")) == "3"
    response = client_of(stranger()).get("/analytics/")
    assert came(response) == "0"
    assert "Анна" not in response.content.decode()


def test_a_partner_is_not_asked_which(anna: Partner, boris: Partner) -> None:
    assert "Борис" not in client_of(owner(anna)).get("/analytics/").content.decode()
    assert "Борис" in client_of(analyst()).get("/analytics/").content.decode()


# What the address asks


@pytest.mark.parametrize(
    ("query", "people"),
    [
        ("", "3"),
        ("?period=today", "0"),
        ("?period=yesterday", "3"),
        ("?period=quarter", "4"),
        ("?from=2026-01-29&to=2026-01-29", "1"),
        ("?period=2026-01-29..2026-01-29", "1"),
    ],
)
def test_the_period(anna: Partner, query: str, people: str) -> None:
    response = client_of(owner(anna)).get(f"/analytics/{query}")
    assert came(response) == people
    assert response.context["asked"].problems == ()


@pytest.mark.parametrize(
    "query",
    [
        "period=never",
        "from=2026-03-02&to=2026-03-01",
        "from=x&to=y",
        "from=2026-03-01",
        "from=0001-01-01&to=9999-12-31",
        "from=0001-01-01&to=0001-01-31",
        "from=9999-12-01&to=9999-12-31",
    ],
)
def test_a_bad_period_is_said_and_the_default_shown(anna: Partner, query: str) -> None:
    response = client_of(owner(anna)).get(f"/analytics/?{query}")
    assert came(response) == "3"
    assert response.context["asked"].problems[0] in response.content.decode()


def test_today_is_the_partners(anna: Partner) -> None:
    far = make_partner(time_zone="Pacific/Kiritimati")  # already the 11th
    counted(make_visitor(far, NOW))
    response = client_of(owner(far)).get("/analytics/?period=today")
    assert came(response) == "1"
    assert rows_of(response, "days") == [["11.03.2026", "1", "0", "0", "0", "0", "0"]]


def test_a_table_is_sorted_by_the_address(anna: Partner) -> None:
    client = client_of(owner(anna))
    for sort, first in (("-people", "3"), ("people", "0")):
        response = client.get(f"/analytics/?sort=figures:{sort}")
        assert rows_of(response, "figures")[0][1] == first
    assert client.get("/analytics/?sort=figures:nothing").status_code == 200


def test_against_the_previous_period(anna: Partner) -> None:
    response = client_of(owner(anna), "en").get("/analytics/")
    assert rows_of(response, "figures")[0] == ["Came to the bot", "3", "1", "×3"]
    assert "▲</span> 3 times as many, 1 before" in response.content.decode()


# Files


@pytest.mark.parametrize("page", OF_DEEDS)
def test_the_files_say_what_the_page_says(page: str, anna: Partner) -> None:
    client = client_of(owner(anna))
    tables = client.get(page).context["page"].tables
    book = load_workbook(BytesIO(client.get(f"{page}?format=xlsx").content))
    assert [sheet.title for sheet in book][:-1] == [str(table.title)[:31] for table in tables]
    for table, sheet in zip(tables, book, strict=False):
        header, *rows = sheet.iter_rows(values_only=True)
        assert list(header) == [str(column.title) for column in table.columns]
        assert rows == [tuple(map(plain, row)) for row in table.rows]
        one = client.get(f"{page}?format=csv&table={table.key}").content.decode("utf-8-sig")
        assert len(list(csv.reader(StringIO(one), delimiter=";"))) == len(table.rows) + 1


def plain(cell: Any) -> Any:
    value: Any = None if cell.value == "" else cell.value
    if isinstance(value, timedelta):
        return pytest.approx(value, abs=timedelta(seconds=1))
    return datetime(value.year, value.month, value.day) if hasattr(value, "year") else value


def test_a_csv_that_a_russian_excel_opens(anna: Partner) -> None:
    response = client_of(owner(anna), "en").get("/analytics/?format=csv&table=path&from=2026-03-09&to=2026-03-09")
    assert response["Content-Disposition"].endswith('overview-anna-2026-03-09-2026-03-09.csv"')
    text = response.content.decode("utf-8")
    assert text.startswith("\ufeffStep;")
    assert "\r\nLeft a contact;1;33,33%;\r\n" in text


# The people behind


@pytest.mark.parametrize("page", OF_DEEDS)
def test_as_many_people_as_the_number_says(page: str, anna: Partner, boris: Partner) -> None:
    for user in (operator(), owner(anna)):
        client = client_of(user)
        found = set(links(client.get(f"{page}?partner=anna").content.decode()))
        assert found
        for link in found:
            listed = client.get(link)
            assert listed.status_code == 200, link
            assert listed.context["number"] == len(rows_of(listed, "people")) > 0, link
    assert not set(links(client_of(editor()).get(page).content.decode()))


def links(html: str) -> Iterator[str]:
    for part in html.split('"/analytics/people/')[1:]:
        yield "/analytics/people/" + part.partition('"')[0].replace("&amp;", "&").replace("\\u0026", "&")


def test_names_and_phones_for_those_allowed(anna: Partner) -> None:
    for user, name, phone in (
        (owner(anna), "Зоя", "+79161234567"),
        (colleague(anna), "Зоя", "+7 ••• 67"),
        (analyst(), "№ ", "+7 ••• 67"),
    ):
        [row] = rows_of(client_of(user).get(DEEDS + "contact&partner=anna"), "people")
        assert row[0].startswith(name)
        assert row[2] == phone
    assert client_of(editor()).get(DEEDS + "contact").status_code == 404


def test_another_partners_people_are_not_there(anna: Partner, boris: Partner) -> None:
    response = client_of(owner(boris)).get(DEEDS + "contact")
    assert rows_of(response, "people") == []
    assert client_of(owner(boris)).get(DEEDS + "contact&partner=anna").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "",
        "of=x",
        "of=deed",
        "of=deed&key=x",
        "of=cohort&key=came&aux=x",
        "of=cohort&key=came&aux=999999",
        "of=cohort&key=came&aux=" + "9" * 60,
        "of=cohort&key=came&aux=-1",
        "of=band&key=hot&aux=x",
        "of=band&key=hot",
        "of=sequence&key=weight",
        "of=%00",
    ],
)
def test_nobody_is_behind_what_is_no_number(anna: Partner, query: str) -> None:
    assert client_of(operator()).get(f"/analytics/people/?{query}").status_code == 404


def test_a_hostile_name_is_no_formula(anna: Partner) -> None:
    name = "=HYPERLINK(1)"
    counted(make_visitor(anna, YESTERDAY, "ordered", first_name=name, username="\x01x"))
    client = client_of(owner(anna))
    text = client.get(DEEDS + "ordered&format=csv").content.decode("utf-8-sig")
    assert text.splitlines()[1].startswith(f"'{name};'@x;")
    book = load_workbook(BytesIO(client.get(DEEDS + "ordered&format=xlsx").content))
    cell = book.worksheets[0]["A2"]
    assert (cell.value, cell.data_type) == (f"'{name}", "s")


# How much it asks the database


@pytest.mark.parametrize("page", [*PAGES, DEEDS + "came"])
def test_thirty_rows_cost_no_more_queries_than_one(page: str) -> None:
    partner = make_partner()
    client = client_of(owner(partner))
    counted(make_visitor(partner, YESTERDAY))
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    counted(*(make_visitor(partner, YESTERDAY, link=make_link(partner).pk) for _ in range(29)))
    with CaptureQueriesContext(connection) as many:
        response = client.get(page)
    assert response.status_code == 200
    assert len(many) == len(few)


def test_many_people_come_by_the_page(anna: Partner) -> None:
    counted(*(make_visitor(anna, YESTERDAY) for _ in range(60)))
    client = client_of(owner(anna))
    first, last = (client.get(f"{DEEDS}came&p={number}") for number in (1, 2))
    assert [len(rows_of(each, "people")) for each in (first, last)] == [50, 13]
    assert last.context["number"] == 63
    exported = client.get(f"{DEEDS}came&format=csv").content.decode("utf-8-sig")
    assert len(exported.splitlines()) == 64


def test_links_of_one_campaign_are_told_apart(anna: Partner) -> None:
    for material in ("Шапка", "Сторис"):
        link = make_link(anna, code=f"of_{len(material)}", campaign="Instagram", material=material)
        counted(make_visitor(anna, YESTERDAY, link=link.pk))
    shown = {row[0] for row in rows_of(client_of(owner(anna)).get("/analytics/"), "top")}
    assert {"Instagram · Шапка", "Instagram · Сторис"} <= shown
