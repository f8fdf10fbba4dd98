"""Numbers and dates as Russian texts write them. Pure."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

NARROW_SPACE = "\u202f"  # no-break: a price is never torn between two lines
MONTHS = (
    "январь", "февраль", "март", "апрель", "май", "июнь",
    "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip


@lru_cache(maxsize=4096)
def number(value: Decimal | int) -> str:
    """`1312.50` as «1 312,5»."""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(",", NARROW_SPACE).replace(".", ",")


@lru_cache(maxsize=4096)
def roubles(value: Decimal | int) -> str:
    """«1 990 ₽» or «1 312,50 ₽»."""
    amount = Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP)
    text = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    return text.replace(",", NARROW_SPACE).replace(".", ",") + NARROW_SPACE + "₽"


def month(day: date) -> str:
    """«январь 2026»."""
    return f"{MONTHS[day.month - 1]} {day.year}"
