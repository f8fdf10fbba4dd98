"""The pay plan: levels by group volume, and what a level pays. Pure."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from partners.yaml_model import read_model

HUNDRED = Decimal(100)
Positive = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Level(Part):
    """`percent` of the group volume is known for the first levels only; `m3_legs` are branches with an M3."""

    code: str = Field(pattern=r"^[A-Z0-9]{1,8}$")
    pv: int = Field(gt=0)
    percent: Decimal | None = Field(default=None, gt=0, le=100)
    m3_legs: int | None = Field(default=None, gt=0)


class PayPlan(Part):
    """What holds from `valid_from`. A month with less than `minimum_pv` of own purchases pays nothing."""

    valid_from: date
    unit_price_rub: Positive  # roubles paid per PV at 100 %
    minimum_pv: int = Field(gt=0)
    minimum_cost_rub: tuple[Positive, Positive]
    levels: Annotated[tuple[Level, ...], Field(min_length=1, max_length=40)]

    @model_validator(mode="after")
    def levels_ascend(self) -> Self:
        volumes = [level.pv for level in self.levels]
        if volumes != sorted(set(volumes)):
            raise ValueError("levels must go from the smallest volume to the largest")
        if self.levels[0].percent is None:
            raise ValueError("the first level must have a percent")
        return self

    @property
    def paid_levels(self) -> tuple[Level, ...]:
        """The levels whose percent is known."""
        return tuple(level for level in self.levels if level.percent is not None)


def load_plan(text: str, name: str) -> PayPlan:
    """Raises partners.strict_yaml.FileError."""
    plan, _lines = read_model(text, name, PayPlan)
    return plan


def level_income(level: Level, unit_price: Decimal) -> Decimal | None:
    """Roubles a month at exactly the level's volume; None where the percent is not published."""
    if level.percent is None:
        return None
    return level.pv * unit_price * level.percent / HUNDRED


def volume_for(income: Decimal, plan: PayPlan) -> int:
    """The smallest group volume in PV whose percent gives `income` roubles a month.

    Above the last published percent that percent is used: an estimate, higher levels differ by branches.
    """
    levels = plan.paid_levels
    needed = 0
    for number, level in enumerate(levels):
        assert level.percent is not None
        exact = income * HUNDRED / (plan.unit_price_rub * level.percent)
        needed = max(level.pv, int(exact.to_integral_value(ROUND_CEILING)))
        if number + 1 == len(levels) or needed < levels[number + 1].pv:
            break
    return needed
