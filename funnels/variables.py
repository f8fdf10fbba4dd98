"""Which variables the texts of a step may use, and what is always added to them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from content.messages import Html
from funnels.schema import PayScreen, ProductScreen, Step

SUPPLEMENT_NOTE = "БАД. Не является лекарственным средством"
INCOME_NOTE = "Доход не гарантируется."


@dataclass(frozen=True, slots=True)
class Rule:
    """`longest` is in UTF-16 units, longer values are cut. `optional`: it can be empty, give a fallback."""

    longest: int
    optional: bool = False


COMMON = {
    "first_name": Rule(64, optional=True),
    "partner_name": Rule(80),
    "partner_story": Rule(600, optional=True),
}
PRODUCT = COMMON | {
    "product_name": Rule(120),
    "price": Rule(16),
    "as_of": Rule(16),
    "portions": Rule(6, optional=True),
    "pv": Rule(10),
}
PAY = COMMON | {
    "pay_table": Rule(400),
    "unit_price": Rule(16),
    "minimum_pv": Rule(10),
    "minimum_cost": Rule(32),
    "plan_date": Rule(16),
}
SEQUENCE = COMMON | PAY  # a warm-up message belongs to no goal and to no product
GOAL = {"goal": Rule(40), "goal_volume": Rule(40)}


def rules_of(step: Step) -> dict[str, Rule]:
    if isinstance(step, ProductScreen):
        return PRODUCT
    if isinstance(step, PayScreen):
        return PAY if step.goal == "unsure" else PAY | GOAL
    return COMMON


def with_notes(step: Step, html: Html, *, is_supplement: bool = False) -> Html:
    """The text with what the law asks for under it."""
    if isinstance(step, ProductScreen) and is_supplement:
        return Html(f"{html}\n\n<i>{SUPPLEMENT_NOTE}</i>")
    if isinstance(step, PayScreen) and "доход не гарантируется" not in html.casefold():
        return Html(f"{html}\n\n{INCOME_NOTE}")
    return html
