"""The articles a new installation starts with: complete, honest, and with the figures of the catalogue and the plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import pytest
from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field

from content import russian
from content.claims import find_claims
from content.payplan import level_income, load_plan
from partners.strict_yaml import read_yaml
from partners.yaml_model import read_model

PRESETS = Path(settings.BASE_DIR) / "content" / "presets"
FILES = sorted((PRESETS / "knowledge").glob("*.md"))
CATALOGUE = read_yaml((PRESETS / "products.yaml").read_text(encoding="utf-8"), "products.yaml")[0]["products"]
PRICES = {product["name"]: Decimal(product["price_rub"]) for product in CATALOGUE}
SUPPLEMENTS = [product["name"] for product in CATALOGUE if product["supplement"]]
PLAN = load_plan((PRESETS / "payplan.yaml").read_text(encoding="utf-8"), "payplan.yaml")
LONGEST_VALIDITY = date(2027, 2, 1)
# A link, a mail address or a telephone number: all of them belong to a partner or to the company.
CONTACT = re.compile(
    r"https?:|www\.|t\.me|\b[\w-]+\.(?:ru|com|kz|by)\b|\S@\w|\+7|\b8[ (-]*\d{3}[ )-]*\d{3}|(?:\d[ ()-]*){10,}"
)
each = pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])


class Front(BaseModel):
    """What stands between the `---` lines. `as_of`: the day of the figures, which hold until `expires`."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=5, max_length=80)]
    category: Literal["products", "business", "delivery", "orders", "company", "training", "bot"]
    created: date
    updated: date
    expires: date | None = None
    as_of: date | None = None


class Article(NamedTuple):
    front: Front
    text: str


@cache
def article(path: Path) -> Article:
    _nothing, front, text = path.read_text(encoding="utf-8").split("---\n", 2)
    return Article(read_model(front, path.name, Front)[0], text.strip())


def plain(text: str) -> str:
    return re.sub(r"[\u00a0\u202f]", " ", text)


def rows(text: str) -> Iterator[list[str]]:
    """The cells of the table rows."""
    for line in plain(text).splitlines():
        if line.startswith("|"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def test_there_are_enough_articles_of_every_category() -> None:
    assert len(FILES) >= 40
    assert {article(path).front.category for path in FILES} == {
        "products", "business", "delivery", "orders", "company", "training", "bot",
    }  # fmt: skip


def test_no_title_twice() -> None:
    assert len({article(path).front.title for path in FILES}) == len(FILES)


@each
def test_an_article_is_a_page_under_its_own_title(path: Path) -> None:
    front, text = article(path)
    assert 1_000 <= len(text) <= 6_000
    assert text.startswith(f"# {front.title}\n")
    assert text.count("\n## ") >= 3
    assert front.created <= front.updated


@each
def test_an_article_claims_nothing(path: Path) -> None:
    assert [(claim.rule, claim.quote) for claim in find_claims(article(path).text)] == []


@each
def test_links_are_slots_and_nobody_is_named(path: Path) -> None:
    text = article(path).text
    assert set(re.findall(r"\{[^{}]*\}", text)) <= {"{shop_link}", "{registration_link}"}
    assert CONTACT.findall(text) == []


@each
def test_figures_have_a_day_and_expire(path: Path) -> None:
    front, text = article(path)
    has_figures = bool(re.search(r"\d ₽|\d PV|\d %", plain(text)))
    assert (front.as_of == PLAN.valid_from, front.expires == LONGEST_VALIDITY) == (has_figures, has_figures)
    assert has_figures == ("январь 2026" in text)


@each
def test_a_table_names_the_catalogues_price(path: Path) -> None:
    for cells in rows(article(path).text):
        for product in set(cells) & PRICES.keys():
            named = [cell for cell in cells if "₽" in cell]
            assert named in ([], [plain(russian.roubles(PRICES[product]))])


def test_the_price_list_is_the_whole_catalogue() -> None:
    listed = {cells[0] for cells in rows(article(PRESETS / "knowledge" / "prices.md").text)}
    assert listed >= PRICES.keys()


@each
def test_where_a_supplement_is_named_it_is_called_so(path: Path) -> None:
    text = article(path).text
    if any(name in text for name in SUPPLEMENTS):
        assert "БАД. Не является лекарственным средством." in text


@each
def test_where_a_reward_is_named_its_conditions_are_too(path: Path) -> None:
    text = article(path).text
    if "выплат" in text.lower() and article(path).front.category == "business" and article(path).front.as_of:
        assert "70 PV" in text
        assert "доход не гарантируется" in text.lower()


def test_the_plan_is_told_with_its_own_figures() -> None:
    told = {cells[0]: cells[1:] for cells in rows(article(PRESETS / "knowledge" / "pay-plan.md").text)}
    for level in PLAN.levels:
        assert told[level.code][0] == f"{plain(russian.number(level.pv))} PV"
        if level.percent is not None:
            income = level_income(level, PLAN.unit_price_rub)
            assert income is not None
            assert told[level.code][1:] == [f"{level.percent} %", plain(russian.roubles(income))]
        if level.m3_legs is not None:
            assert told[level.code][1].startswith(f"{level.m3_legs} вет")
