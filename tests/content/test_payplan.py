"""The pay plan's arithmetic, against its published figures."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from content.payplan import PayPlan, level_income, load_plan, volume_for
from partners.strict_yaml import FileError

FILE = Path(settings.BASE_DIR) / "content" / "presets" / "payplan.yaml"
TEXT = FILE.read_text(encoding="utf-8")
PLAN = load_plan(TEXT, FILE.name)
LEVELS = {level.code: level for level in PLAN.levels}


@pytest.mark.parametrize(("code", "roubles"), [("M1", "1312.50"), ("M2", "5250"), ("M3", "25200")])
def test_published_incomes(code: str, roubles: str) -> None:
    assert level_income(LEVELS[code], PLAN.unit_price_rub) == Decimal(roubles)


def test_levels_without_a_published_percent_have_no_income() -> None:
    assert [code for code, level in LEVELS.items() if level_income(level, PLAN.unit_price_rub) is None] == [
        "B1", "B2", "B3", "TOP", "TOP5", "AC1", "AC6",
    ]  # fmt: skip


def test_published_conditions() -> None:
    assert (PLAN.minimum_pv, PLAN.unit_price_rub) == (70, Decimal(35))
    assert PLAN.minimum_cost_rub == (Decimal(6000), Decimal(6700))
    assert PLAN.valid_from.isoformat() == "2026-01-01"
    assert {code: (level.pv, level.m3_legs) for code, level in LEVELS.items() if level.percent is None} == {
        "B1": (5500, 1),
        "B2": (8000, 2),
        "B3": (10000, 3),
        "TOP": (16000, 5),
        "TOP5": (51000, None),
        "AC1": (200000, None),
        "AC6": (5000000, None),
    }


@pytest.mark.parametrize(
    ("income", "volume"),
    [
        ("1", 750),
        ("1312.50", 750),
        ("1312.51", 751),
        ("5249", 1500),  # 3,000 PV at 5 % would do, but 1,500 PV already pay 10 %
        ("5250", 1500),
        ("10000", 2858),
        ("10500", 3000),
        ("25200", 3000),
        ("25201", 3001),
        ("100000", 11905),
        ("200000", 23810),
    ],
)
def test_volume_for_an_income(income: str, volume: int) -> None:
    assert volume_for(Decimal(income), PLAN) == volume


def income_of(volume: int, plan: PayPlan) -> Decimal:
    level = max((level for level in plan.paid_levels if level.pv <= volume), key=lambda level: level.pv, default=None)
    return volume * plan.unit_price_rub * (level.percent or 0) / 100 if level else Decimal(0)


@given(st.decimals(min_value="0.01", max_value="10000000", places=2))
def test_the_volume_is_the_smallest_that_pays(income: Decimal) -> None:
    volume = volume_for(income, PLAN)
    assert income_of(volume, PLAN) >= income
    assert income_of(volume - 1, PLAN) < income


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("unit_price_rub: 35", "unit_price_rub: 0"),
        ("unit_price_rub: 35", "unit_price: 35"),
        ("[6000, 6700]", "[6000]"),
        ("{code: M1, pv: 750, percent: 5}", "{code: M1, pv: 750}"),
        ("{code: M1, pv: 750, percent: 5}", "{code: M1, pv: 7500, percent: 5}"),
        ("2026-01-01", "01.01.2026"),
        ("percent: 24", "percent: 240"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(old: str, new: str) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(FileError):
        load_plan(TEXT.replace(old, new), "payplan.yaml")
