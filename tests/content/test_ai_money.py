"""Prices with their dates, and what a call costs by them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from content.ai.accounts import price_for
from content.ai.money import load_prices, price_of, shipped
from partners.models import YandexAccount
from partners.strict_yaml import FileError

TODAY = date(2026, 11, 22)
PRICES = load_prices(
    """
format: 1
prices:
  - {provider: yandex, model: lite, valid_from: 2025-01-01, input: "0.20", output: "0.40"}
  - {provider: yandex, model: lite, valid_from: 2026-03-01, input: "0.30", output: "0.60"}
  - {provider: yandex, model: pro, valid_from: 2025-01-01, input: "1.20", output: "1.20"}
""",
    "prices.yaml",
)


@pytest.mark.parametrize(
    ("model", "day", "output"),
    [
        ("lite", date(2026, 2, 28), "0.40"),
        ("lite", date(2026, 3, 1), "0.60"),
        ("lite/latest", date(2026, 3, 1), "0.60"),
        ("pro/rc", date(2026, 3, 1), "1.20"),
        ("unheard/latest", date(2026, 3, 1), "1.20"),  # as much as the dearest
    ],
)
def test_the_newest_price_that_holds(model: str, day: date, output: str) -> None:
    assert price_of("yandex", model, day, PRICES).output == Decimal(output)


def test_before_the_first_price_there_is_none() -> None:
    with pytest.raises(LookupError):
        price_of("yandex", "lite", date(2024, 12, 31), PRICES)


def test_a_cost_is_rounded_up() -> None:
    price = price_of("yandex", "lite", date(2025, 6, 1), PRICES)
    assert price.of(1_000, 1_000) == Decimal("0.6")
    assert price.of(1, 0) == Decimal("0.0002")
    assert price.of(0, 0) == 0
    assert price_of("yandex", "text-search-query", TODAY).of(1, 0) == Decimal("0.0001")


def test_the_shipped_prices_know_the_default_model() -> None:
    model = YandexAccount._meta.get_field("model").default
    assert price_of("yandex", model, TODAY).model == "yandexgpt-lite"
    assert {price.provider for price in shipped()} == {"yandex"}


def test_prices_of_another_server_come_from_the_settings(settings: object) -> None:
    settings.OPENAI_PRICE_IN, settings.OPENAI_PRICE_OUT = Decimal("0.5"), Decimal(2)  # type: ignore[attr-defined]
    assert price_for("openai", "qwen", TODAY).of(1_000, 1_000) == Decimal("2.5")


@pytest.mark.parametrize(
    "line",
    ["model: m, input: -1, output: 1", "model: m, input: дорого, output: 1", "model: 5, input: 1, output: 1",
     "model: m, input: 1, output: 1, extra: 1", "model: m, input: 1, output: 20000"],
)  # fmt: skip
def test_a_price_that_is_none_is_refused_with_its_line(line: str) -> None:
    text = f"format: 1\nprices:\n  - {{provider: yandex, valid_from: 2025-01-01, {line}}}\n"
    with pytest.raises(FileError) as error:
        load_prices(text, "prices.yaml")
    assert 3 in {problem.line for problem in error.value.problems}
