"""The pages of sequences, sources, posts, AI and partners: whose numbers, and the same ones everywhere."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from analytics.services.days import count_days
from content.models import Post
from content.queries import post_numbers
from content.queries.post_numbers import last_days
from content.services.posts import numbers
from partners import clock, tenancy
from partners.models import Partner
from tests.analytics.stories import counted, happened, make_visitor
from tests.analytics.test_ai import answer, ask, call
from tests.analytics.test_pages import NOW, YESTERDAY, links, plain, rows_of
from tests.content.stored_posts import GROUP, make_post
from tests.factories import make_link, make_partner
from tests.funnels.test_tick import publish as publish_sequence
from tests.funnels.test_tick import sequence_text
from tests.personas import analyst, client_of, colleague, editor, operator, owner, stranger

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
HOSTILE = "</script><img src=x onerror=alert(1)>"
PAGES = ["sequences", "sources", "posts", "ai", "partners"]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def anna() -> Partner:
    """Somebody of everything, in a zone where it is tomorrow already."""
    partner = make_partner("anna", name="Анна", time_zone="Asia/Vladivostok")
    link = make_link(partner, code="card", campaign=HOSTILE, author="=1+1")
    first, second = make_visitor(partner, YESTERDAY, "contact", link=link.pk), make_visitor(partner, YESTERDAY, "shop")
    for lead in (first, second):
        happened(lead, "sequence_entered", YESTERDAY, {}, step="weight")
        happened(lead, "warmup_sent", YESTERDAY + HOUR, {}, step="weight:first")
    happened(second, "sequence_ended", YESTERDAY + 3 * HOUR, {"reason": "contact"}, step="weight")
    counted(first, second)
    publish(partner)
    answer(ask(partner, YESTERDAY), thumb=1)
    call(partner, YESTERDAY.date(), roubles=Decimal("1.25"), tokens_in=10)
    count_days({partner.pk: partner.time_zone})
    return partner


def publish(partner: Partner, text: str = "<b>&lt;i&gt;Утро</b>", message_id: int = 5) -> Post:
    place = {"chat_id": GROUP, "message_id": message_id, "published_at": YESTERDAY}
    post = make_post(partner, state=Post.State.PUBLISHED, text=text, **place)
    with tenancy.partner(partner.pk):
        for person in (1, 2):
            numbers.react(
                partner_id=partner.pk, chat_id=GROUP, message_id=message_id, person=person, emoji={"👍": 1}, now=NOW
            )
    return post


def get(user: Any, page: str, query: str = "") -> Any:
    response = client_of(user, "en").get(f"/analytics/{page}/{query}")
    assert response.status_code == 200
    return response


# Whose


@pytest.mark.parametrize("page", PAGES[:4])
def test_another_partners_numbers_are_not_there(page: str, anna: Partner) -> None:
    boris = make_partner("boris")
    full, empty = get(owner(anna), page), get(owner(boris), page)
    assert any(cell.value for table in full.context["page"].tables for row in table.rows for cell in row[1:2])
    for table in empty.context["page"].tables:
        numbers_of = [cell.value for row in table.rows for cell in row if isinstance(cell.value, int)]
        assert not any(numbers_of), table.key
    assert "Анна" not in empty.content.decode()


def test_a_sequence_that_nobody_entered(anna: Partner) -> None:
    publish_sequence(sequence_text())
    response = get(owner(make_partner("boris")), "sequences")
    assert rows_of(response, "sequences")[0][:2] == ["Вес", "0"]
    assert "Nobody entered it on these days" in response.content.decode()


def test_partners_are_compared_for_the_network_only(anna: Partner) -> None:
    for user in (owner(anna), colleague(anna), stranger()):
        client = client_of(user)
        assert client.get("/analytics/partners/").status_code == 404
        assert client.get("/analytics/partners/?partner=anna").status_code == 404
        assert "/analytics/partners/" not in client.get("/analytics/").content.decode()
    for user in (operator(), analyst(), editor()):
        assert len(rows_of(get(user, "partners"), "partners")) == 2  # with the stranger's
        [line] = rows_of(get(user, "partners", "?partner=anna"), "partners")
        assert line[:2] == ["Анна", "2"]
        assert "/analytics/partners/" in client_of(user).get("/analytics/").content.decode()


# The same everywhere


@pytest.mark.parametrize("page", PAGES)
def test_the_files_say_what_the_page_says(page: str, anna: Partner) -> None:
    user = operator() if page == "partners" else owner(anna)
    client = client_of(user)
    tables = client.get(f"/analytics/{page}/").context["page"].tables
    book = load_workbook(BytesIO(client.get(f"/analytics/{page}/?format=xlsx").content))
    for table, sheet in zip(tables, book, strict=False):
        header, *rows = sheet.iter_rows(values_only=True)
        assert list(header) == [str(column.title) for column in table.columns]
        for row, cells in zip(table.rows, rows, strict=True):
            assert [same(kept(cell)) for cell in row] == [same(value) for value in cells], table.key
        text = client.get(f"/analytics/{page}/?format=csv&table={table.key}").content.decode("utf-8-sig")
        assert len(list(csv.reader(StringIO(text), delimiter=";"))) == len(table.rows) + 1


def kept(cell: Any) -> Any:
    return cell.value if isinstance(cell.value, datetime) else plain(cell)


def same(value: Any) -> Any:
    """As a sheet keeps it: no empty texts, formulas as texts, fifteen digits."""
    match value:
        case Decimal() | float():
            return round(float(value), 12)
        case str() if value.startswith("="):
            return f"'{value}"
        case "":
            return None
        case _:
            return value


@pytest.mark.parametrize("page", PAGES)
def test_as_many_people_as_the_number_says(page: str, anna: Partner) -> None:
    client = client_of(operator())
    found = set(links(client.get(f"/analytics/{page}/").content.decode()))
    for link in found:
        listed = client.get(link)
        assert listed.status_code == 200, link
        assert listed.context["number"] == len(rows_of(listed, "people")) > 0, link
    assert bool(found) == (page in ("sequences", "sources", "partners"))


def test_sources_add_up_to_the_overview(anna: Partner) -> None:
    user = owner(anna)
    whole = rows_of(client_of(user).get("/analytics/"), "path")[0][1]
    for by in ("link", "campaign", "material", "author"):
        table = get(user, "sources", f"?by={by}").context["tables"]["sources"]
        for column in ("came", "last_came"):
            assert str(sum(cell.value for cell in table.column(column))) == whole == "2"


def test_the_pages_posts_are_the_bots(anna: Partner) -> None:
    publish(anna, message_id=6)
    [cards] = [get(owner(anna), "posts", "?period=week").context["cards"]]
    with tenancy.partner(anna.pk):
        total = post_numbers.total(last_days(7, today=NOW.date(), partner_id=anna.pk))
    assert [figure.now for _title, figure in cards] == [total.posts, total.numbers.reactions, 0, 0] == [2, 4, 0, 0]


def test_the_answers_and_their_cost(anna: Partner) -> None:
    response = get(owner(anna), "ai")
    assert rows_of(response, "providers")[0][:4] == ["yandex", "1", "1", "0"]
    assert rows_of(response, "costs")[0][-1] == "1.25"
    assert response.context["budget"]["spent"] == Decimal("1.25")
    assert rows_of(get(operator(), "ai"), "partners")[0][:2] == ["Анна", "1"]


def test_where_people_are_in_a_sequence(anna: Partner) -> None:
    response = get(owner(anna), "sequences", "?sequence=weight")
    assert rows_of(response, "sequences") == [
        [
            "weight",
            "2",
            "1",
            "0",
            "1",
            "2",
            "100.0\N{NO-BREAK SPACE}%",
            "34.2\N{NO-BREAK SPACE}%",
            "100.0\N{NO-BREAK SPACE}%",
        ]
    ]
    assert rows_of(response, "messages")[1] == ["first", "2", "100.0\N{NO-BREAK SPACE}%", "1", "0"]
    assert rows_of(response, "reasons") == [["Left a contact", "1", "100.0\N{NO-BREAK SPACE}%"]]
    assert get(owner(anna), "sequences", "?sequence=%00<x>").context["chosen"].key == "weight"


# What people write


def test_a_partners_own_words_are_text(anna: Partner) -> None:
    for page in ("sources", "posts"):
        html = get(operator(), page).content.decode()
        assert HOSTILE not in html
        assert "<i>Утро" not in html
    html = get(operator(), "sources", "?by=campaign").content.decode()
    assert "&lt;/script&gt;" in html
    assert "</script><img" not in html
    assert "'=1+1" in client_of(operator()).get("/analytics/sources/?format=csv").content.decode("utf-8-sig")


@pytest.mark.parametrize("query", ["?by=x&deed=<b>", "?deed=came", "?p=x", "?p=-1", "?sort=posts:-x", "?sort=posts:"])
@pytest.mark.parametrize("page", PAGES)
def test_what_the_address_makes_up_is_not_minded(page: str, query: str, anna: Partner) -> None:
    assert "<b>&" not in get(operator(), page, query).content.decode()


def test_posts_come_by_the_page_in_the_order_asked_for(anna: Partner) -> None:
    for number in range(51):
        make_post(anna, state=Post.State.PUBLISHED, text=f"Пост {number}", published_at=YESTERDAY - number * HOUR)
    publish(anna, "Любимый", message_id=7)
    liked = get(owner(anna), "posts", "?sort=posts:-reactions")
    assert {row[0] for row in rows_of(liked, "posts")[:2]} == {"Любимый", "<i>Утро"}
    assert (len(rows_of(liked, "posts")), len(rows_of(get(owner(anna), "posts", "?p=2"), "posts"))) == (50, 3)
    text = client_of(owner(anna)).get("/analytics/posts/?format=csv&table=posts").content.decode("utf-8-sig")
    assert len(text.splitlines()) == 54


@pytest.mark.parametrize("page", ["posts", "ai", "partners"])
def test_thirty_partners_and_posts_cost_no_more_queries_than_one(page: str, anna: Partner) -> None:
    client = client_of(operator())
    client.get(f"/analytics/{page}/")
    with CaptureQueriesContext(connection) as few:
        client.get(f"/analytics/{page}/")
    for number in range(29):
        partner = make_partner()
        publish(partner, message_id=number)
        call(partner, YESTERDAY.date(), roubles=Decimal(1))
        counted(make_visitor(partner, YESTERDAY))
        count_days({partner.pk: partner.time_zone})
    with CaptureQueriesContext(connection) as many:
        client.get(f"/analytics/{page}/")
    assert len(many) == len(few)
