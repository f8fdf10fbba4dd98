"""What the pay plan's table pays for a month: arithmetic for /my_income, no forecast. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from content.payplan import HUNDRED, Level, PayPlan

ZERO = Decimal(0)
MOST_OWN, MOST_STRUCTURE = Decimal(10_000), Decimal(10_000_000)  # PV a month; more is a slip of the finger
Fault = Literal["not_a_number", "negative", "too_much"]

_SIGNS = str.maketrans({",": ".", "−": "-", "–": "-"})
_PV = re.compile(r"([+-]?)([0-9]{1,12}(?:\.[0-9]{1,2})?)(?:pv|пв)?")


class Unreadable(ValueError):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Estimate:
    """A month with `own` purchases and the group's others, in PV. `level` is that whose percent is paid."""

    own: Decimal
    structure: Decimal
    level: Level | None
    reached: Level | None  # by volume alone; above the published percents it is not `level`
    following: Level | None
    roubles: Decimal
    missing_activity: Decimal

    @property
    def volume(self) -> Decimal:
        return self.own + self.structure

    @property
    def missing(self) -> Decimal:
        """PV up to the following level."""
        return self.following.pv - self.volume if self.following else ZERO


def estimate(plan: PayPlan, *, own: Decimal, structure: Decimal) -> Estimate:
    """Nothing is paid without the monthly activity, whatever the group does."""
    volume = own + structure
    paid = [level for level in plan.paid_levels if level.pv <= volume]
    level = paid[-1] if paid and own >= plan.minimum_pv else None
    passed = [level for level in plan.levels if level.pv <= volume]
    ahead = plan.levels[len(passed) :]
    return Estimate(
        own=own,
        structure=structure,
        level=level,
        reached=passed[-1] if passed else None,
        following=ahead[0] if ahead else None,
        roubles=volume * plan.unit_price_rub * level.percent / HUNDRED if level and level.percent else ZERO,
        missing_activity=max(plan.minimum_pv - own, ZERO),
    )


def read_pv(text: str, most: Decimal) -> Decimal:
    """«70», «1 500 PV», «70,5». Raises Unreadable."""
    found = _PV.fullmatch("".join(text.translate(_SIGNS).casefold().split()))
    if found is None:
        raise Unreadable("not_a_number")
    value = Decimal(found[2])
    if found[1] == "-" and value:
        raise Unreadable("negative")
    if value > most:
        raise Unreadable("too_much")
    return value
