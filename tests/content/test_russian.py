"""Numbers and dates in Russian texts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from content.russian import month, number, roubles


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (7, "7"), (1990, "1\u202f990"), (5_000_000, "5\u202f000\u202f000"), (Decimal("19.50"), "19,5"),
     (Decimal("1312.50"), "1\u202f312,5"), (Decimal("100"), "100"), (Decimal("1E+2"), "100")],
)  # fmt: skip
def test_number(value: Decimal | int, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (35, "35\u202f₽"),
        (Decimal("1990.00"), "1\u202f990\u202f₽"),
        (Decimal("1312.5"), "1\u202f312,50\u202f₽"),
        (Decimal("0.005"), "0,01\u202f₽"),
    ],
)
def test_roubles(value: Decimal | int, text: str) -> None:
    assert roubles(value) == text


def test_month() -> None:
    assert month(date(2026, 1, 31)) == "январь 2026"
    assert month(date(2025, 12, 1)) == "декабрь 2025"
