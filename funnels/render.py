"""A step of a funnel, or a notice, as the message that one lead sees. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from content import template
from content.messages import Button, Html, Message, Style
from content.payplan import PayPlan, level_income, volume_for
from content.russian import NARROW_SPACE, month, number, roubles
from funnels import callbacks, wishes
from funnels.facts import Facts, LeadFacts, PartnerFacts, ProductFacts
from funnels.schema import (
    AskButton,
    ContactButton,
    Funnel,
    FunnelButton,
    Goal,
    GoButton,
    PayScreen,
    ProductScreen,
    Screen,
)
from funnels.variables import COMMON, PRODUCT, Rule, with_notes

GOALS: dict[Goal, tuple[int, ...]] = {
    "10_30k": (10_000, 30_000),
    "50_100k": (50_000, 100_000),
    "200k_plus": (200_000,),
    "unsure": (),
}
Keyboard = tuple[tuple[str, ...], ...]


def render_step(funnel: Funnel, version: int, key: str, facts: Facts, *, edits: bool = False) -> Message:
    """The screen of a step. `edits`: instead of the message whose button was pressed."""
    step = funnel.steps[key]
    variables = common_variables(facts)
    picture = step.picture if isinstance(step, Screen) else ""
    is_supplement = False
    if isinstance(step, PayScreen):
        variables |= pay_variables(facts.plan, step.goal)
    elif isinstance(step, ProductScreen) and (product := facts.products.get(step.product)):
        variables |= product_variables(product)
        picture, is_supplement = product.picture, product.is_supplement
    text = template.render(step.text, facts.partner.style, variables)
    return Message(
        text=with_notes(step, text, is_supplement=is_supplement),
        buttons=_buttons(funnel, version, key, facts),
        picture=picture,
        edits=edits,
    )


def render_notice(text: str, facts: Facts, *, keyboard: Keyboard = ()) -> Message:
    html = template.render(text, facts.partner.style, common_variables(facts))
    return Message(text=html, keyboard=keyboard)


def menu_keyboard(funnel: Funnel, style: Style) -> Keyboard:
    return tuple(tuple(template.label(button.text, style) for button in row) for row in funnel.menu)


def common_variables(facts: Facts) -> dict[str, str]:
    return people_variables(facts.lead, facts.partner)


def people_variables(lead: LeadFacts, partner: PartnerFacts) -> dict[str, str]:
    """The values of `variables.COMMON`."""
    values = {
        "first_name": " ".join(lead.first_name.split()),
        "partner_name": " ".join(partner.name.split()),
        "partner_story": partner.story.strip(),
    }
    return _cut(values, COMMON)


def product_variables(product: ProductFacts) -> dict[str, str]:
    values = {
        "product_name": product.name,
        "price": roubles(product.price_rub),
        "as_of": month(product.as_of),
        "portions": number(product.portions) if product.portions else "",
        "pv": number(product.pv),
    }
    return _cut(values, PRODUCT)


def sequence_variables(facts: Facts) -> dict[str, str]:
    """The values of `variables.SEQUENCE`."""
    return common_variables(facts) | pay_variables(facts.plan, "unsure")


@lru_cache(maxsize=64)
def pay_variables(plan: PayPlan, goal: Goal) -> dict[str, str]:
    least, most = plan.minimum_cost_rub
    incomes = GOALS[goal]
    return {
        "goal": _span(incomes, f"{NARROW_SPACE}₽"),
        "goal_volume": _span([volume_for(Decimal(income), plan) for income in incomes], f"{NARROW_SPACE}PV"),
        "pay_table": pay_table(plan),
        "unit_price": roubles(plan.unit_price_rub),
        "minimum_pv": number(plan.minimum_pv),
        "minimum_cost": f"{number(least)}–{roubles(most)}",
        "plan_date": month(plan.valid_from),
    }


def pay_table(plan: PayPlan) -> Html:
    """What the levels with a published percent pay."""
    lines = []
    for level in plan.levels:
        income = level_income(level, plan.unit_price_rub)
        if level.percent is not None and income is not None:
            volume = f"{number(level.pv)} PV, {number(level.percent)}{NARROW_SPACE}%"
            lines.append(f"<b>{level.code}</b>: {volume} — {roubles(income)}")
    return Html("\n".join(lines))


def _span(numbers: Sequence[int], unit: str) -> str:
    """«10 000–30 000 ₽», «от 200 000 ₽»."""
    if not numbers:
        return ""
    return ("от " if len(numbers) == 1 else "") + "–".join(map(number, numbers)) + unit


def _cut(values: dict[str, str], rules: dict[str, Rule]) -> dict[str, str]:
    """Bounds what people typed, so that a long name cannot push a message over Telegram's limit."""
    for name, value in values.items():
        longest = rules[name].longest
        if len(value) * 2 > longest:  # a character is at most two units
            units = value.encode("utf-16-le", "ignore")
            if len(units) > longest * 2:
                values[name] = units[: longest * 2 - 2].decode("utf-16-le", "ignore") + "…"
    return values


def _buttons(funnel: Funnel, version: int, key: str, facts: Facts) -> tuple[tuple[Button, ...], ...]:
    style = facts.partner.style
    rows: list[tuple[Button, ...]] = []
    index = 0
    for row in funnel.steps[key].buttons:
        rows.append(tuple(_button(button, version, key, at, facts) for at, button in enumerate(row, index)))
        index += len(row)
    if key != funnel.start:
        back, home = funnel.notices.back, funnel.notices.home
        rows.append(
            (
                Button(template.label(back, style), callbacks.encode(version, key, callbacks.BACK)),
                Button(template.label(home, style), callbacks.encode(version, key, callbacks.HOME)),
            )
        )
    return tuple(rows)


def _button(button: FunnelButton, version: int, key: str, index: int, facts: Facts) -> Button:
    text = template.label(button.text, facts.partner.style)
    if isinstance(button, GoButton | AskButton):
        return Button(text, callback=callbacks.encode(version, key, str(index)))
    if isinstance(button, ContactButton):
        return Button(text, callback=wishes.CONTACT)
    return Button(text, url=facts.link(button.slot, key))
