"""What the engine may know about the people and things that its texts speak of. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from content.messages import Style
from content.payplan import PayPlan


@dataclass(frozen=True, slots=True)
class LeadFacts:
    first_name: str = ""


@dataclass(frozen=True, slots=True)
class PartnerFacts:
    name: str
    style: Style = "vy"
    story: str = ""


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """A product of the catalogue; the price and the PV are those of `as_of`."""

    key: str
    name: str
    category: str
    price_rub: Decimal
    portions: int | None
    pv: Decimal
    as_of: date
    picture: str = ""
    is_supplement: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """`link` gives the address behind a slot for this lead, pressed on this step: (slot, step) -> URL."""

    lead: LeadFacts
    partner: PartnerFacts
    products: Mapping[str, ProductFacts]
    plan: PayPlan
    link: Callable[[str, str], str]
