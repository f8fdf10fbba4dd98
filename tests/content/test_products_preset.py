"""The shipped catalogue: complete, dated, without claims, in step with the prices that the funnel names."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from PIL import Image

from content.models import Product
from funnels.loader import load_funnel
from funnels.schema import Funnel, ProductScreen
from partners.strict_yaml import read_yaml

PRESETS = Path(settings.BASE_DIR) / "content" / "presets"
CATALOGUE = PRESETS / "products.yaml"
PICTURES = PRESETS / "pictures"
MAIN = Path(settings.BASE_DIR) / "funnels" / "presets" / "main.yaml"
FIELDS = {
    "key", "name", "category", "description", "price_rub", "portions", "pv", "as_of", "picture", "supplement",
    "keywords",
}  # fmt: skip
CLAIMS = re.compile(
    r"лечи|леча|исцел|излеч|профилакт|предотвращ|предупрежда|похуд|сжига|очища\w+ организм|детокс|иммунитет|"
    r"оздоров|омол|гарант|доказан|\bлучш|уникальн",
    re.IGNORECASE,
)


def catalogue() -> dict[str, Any]:
    data: dict[str, Any]
    data, _lines = read_yaml(CATALOGUE.read_text(encoding="utf-8"), CATALOGUE.name)
    return data


PRODUCTS: list[dict[str, Any]] = catalogue()["products"]
BY_KEY = {product["key"]: product for product in PRODUCTS}
each = pytest.mark.parametrize("product", PRODUCTS, ids=[product["key"] for product in PRODUCTS])


def main_funnel() -> Funnel:
    return load_funnel(MAIN.read_text(encoding="utf-8"), MAIN.name).funnel


def test_about_twenty_products_of_one_date() -> None:
    assert 20 <= len(PRODUCTS) <= 25
    assert {product["as_of"] for product in PRODUCTS} == {catalogue()["as_of"]} == {"2026-01-01"}


def test_no_key_or_name_twice() -> None:
    assert len(BY_KEY) == len({product["name"] for product in PRODUCTS}) == len(PRODUCTS)


@each
def test_a_product_is_what_the_model_takes(product: dict[str, Any]) -> None:
    assert set(product) == FIELDS
    Product(**product).full_clean(validate_unique=False, validate_constraints=False)
    assert Decimal(product["price_rub"]) > 0
    assert Decimal(product["pv"]) > 0
    assert product["keywords"] == list(dict.fromkeys(product["keywords"]))
    assert product["keywords"]


@each
def test_a_description_states_facts_and_claims_nothing(product: dict[str, Any]) -> None:
    texts = " ".join([product["name"], product["description"], *product["keywords"]])
    assert not CLAIMS.search(texts)
    assert product["description"].endswith(".")


def test_vitamins_are_supplements_and_creams_are_not() -> None:
    for product in PRODUCTS:
        assert product["supplement"] or product["category"] != "vitamins"
        assert not (product["supplement"] and "осметическ" in product["description"])


def test_supplements_for_children_name_an_age_and_the_paediatrician() -> None:
    for product in PRODUCTS:
        if product["category"] == "kids" and product["supplement"]:
            assert re.search(r"для детей от \d+ лет", product["description"])
            assert "педиатр" in product["description"]


@each
def test_a_picture_is_a_small_square(product: dict[str, Any]) -> None:
    file = PICTURES / product["picture"]
    assert product["picture"] == f"{product['key']}.jpg"
    assert file.stat().st_size <= 40 * 1024
    with Image.open(file) as picture:
        assert (picture.format, picture.size) == ("JPEG", (800, 800))


def test_no_picture_without_a_product() -> None:
    assert {file.name for file in PICTURES.iterdir()} == {product["picture"] for product in PRODUCTS}


def shown(branch: str) -> list[dict[str, Any]]:
    """The products that the screens of a branch show."""
    steps = main_funnel().steps
    return [
        BY_KEY[step.product]
        for key, step in steps.items()
        if key.startswith(f"{branch}_") and isinstance(step, ProductScreen)
    ]


def roubles(value: Decimal) -> str:
    return f"{value:,.0f}".replace(",", " ")


@pytest.mark.parametrize("branch", ["weight", "energy", "immunity", "beauty", "kids", "sport"])
def test_the_price_screen_of_a_branch_names_the_catalogues_prices(branch: str) -> None:
    products = shown(branch)
    prices = [Decimal(product["price_rub"]) for product in products]
    text = main_funnel().steps[f"{branch}_price"].text
    assert len(products) == 4
    assert f"от {roubles(min(prices))} до {roubles(max(prices))} ₽" in text
    assert "январь 2026" in text


@pytest.mark.parametrize("step", ["weight_price", "answer_energy_diet"])
def test_the_price_of_a_portion_follows_from_the_catalogue(step: str) -> None:
    portions = [Decimal(product["price_rub"]) / product["portions"] for product in shown("weight")]
    assert f"{min(portions):.0f}–{max(portions):.0f} ₽" in main_funnel().steps[step].text


def test_where_supplements_are_priced_they_are_called_so() -> None:
    for branch in ("weight", "energy", "immunity", "beauty", "kids", "sport"):
        has_supplements = any(product["supplement"] for product in shown(branch))
        text = main_funnel().steps[f"{branch}_price"].text
        assert ("БАД, не лекарственн" in text) == has_supplements
