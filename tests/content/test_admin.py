from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from content.models import PayPlanVersion, Product
from tests.personas import client_of, operator

pytestmark = pytest.mark.django_db

PLANS = "/admin/content/payplanversion/"
PLAN = """\
valid_from: 2026-01-01
unit_price_rub: 35
minimum_pv: 70
minimum_cost_rub: [6000, 6700]
levels:
  - {code: M1, pv: 750, percent: 5}
"""


@pytest.fixture
def client() -> Client:
    return client_of(operator())


def product(key: str, **fields: Any) -> Product:
    values = {"name": key, "category": "c", "price_rub": 1990, "pv": 1, "as_of": date(2026, 1, 1)}
    return Product.objects.create(key=key, **values | fields)


def test_a_price_stands_beside_its_date(client: Client) -> None:
    product("tea")
    text = client.get(reverse("admin:content_product_changelist")).content.decode()
    assert "1\u202f990\u202f₽, январь 2026" in text


def test_the_name_of_a_product_is_escaped(client: Client) -> None:
    product("tea", name='<b>&"', picture='x"onerror=".png')
    text = client.get(reverse("admin:content_product_changelist")).content.decode()
    assert "&lt;b&gt;&amp;&quot;" in text
    assert '"onerror="' not in text


@pytest.mark.parametrize("change", [{"price_rub": "-1"}, {"key": "Чай"}, {"as_of": ""}])
def test_bad_products_are_refused(client: Client, change: dict[str, str]) -> None:
    values = {"key": "tea", "name": "Чай", "category": "c", "price_rub": "1", "pv": "1", "as_of": "01.01.2026",
              "keywords": "[]"}  # fmt: skip
    url = reverse("admin:content_product_add")
    assert client.post(url, values | change).status_code == 200
    assert not Product.objects.exists()
    assert client.post(url, values).status_code == 302


def test_a_correct_plan_is_saved(client: Client) -> None:
    assert client.post(f"{PLANS}add/", {"valid_from": "01.01.2026", "text": PLAN}).status_code == 302
    assert PayPlanVersion.objects.get().text == PLAN
    assert "M1" in client.get(PLANS).content.decode()


def test_a_plan_with_mistakes_is_refused_with_their_lines_and_keeps_the_text(client: Client) -> None:
    text = PLAN.replace("pv: 750", "pv: many")
    shown = client.post(f"{PLANS}add/", {"valid_from": "01.01.2026", "text": text}).content.decode()
    assert 'data-line="6"' in shown
    assert "pv: many" in shown
    assert not PayPlanVersion.objects.exists()


def test_the_date_of_the_row_is_that_of_the_table(client: Client) -> None:
    shown = client.post(f"{PLANS}add/", {"valid_from": "02.01.2026", "text": PLAN}).content.decode()
    assert "В самой таблице указана другая дата" in shown
    assert not PayPlanVersion.objects.exists()


def test_a_plan_stored_before_the_checks_does_not_break_the_list(client: Client) -> None:
    PayPlanVersion.objects.create(valid_from=date(2020, 1, 1), text="levels: [")
    assert "таблица не читается" in client.get(PLANS).content.decode()


def test_one_product_and_thirty_cost_the_same_queries(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("admin:content_product_changelist")).status_code == 200
        return len(captured)

    product("p0")
    one = queries()
    for number in range(1, 30):
        product(f"p{number}")
    assert queries() == one
