"""Numbers and dates as Russian texts write them. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

NARROW_SPACE = "\u202f"  # no-break: a price is never torn between two lines
MONTHS = (
    "январь", "февраль", "март", "апрель", "май", "июнь",
    "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip
MONTHS_OF = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
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


def day_and_month(day: date) -> str:
    """«22 ноября»."""
    return f"{day.day} {MONTHS_OF[day.month - 1]}"


def month(day: date) -> str:
    """«январь 2026»."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def plural(count: int, one: str, few: str, many: str) -> str:
    """«1 день», «2 дня», «5 дней»."""
    if count % 10 == 1 and count % 100 != 11:
        return f"{count} {one}"
    return f"{count} {few if 2 <= count % 10 <= 4 and not 12 <= count % 100 <= 14 else many}"


def lasting(time: timedelta) -> str:
    """«3 дня 4 ч», «4 ч», «5 мин»."""
    minutes = max(int(time.total_seconds()) // 60, 1)
    if minutes < 60:
        return f"{minutes} мин"
    days, hours = divmod(minutes // 60, 24)
    parts = [plural(days, "день", "дня", "дней") if days else "", f"{hours} ч" if hours else ""]
    return " ".join(filter(None, parts))
