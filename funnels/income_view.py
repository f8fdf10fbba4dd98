"""/my_income as messages: what is asked, and what the table pays. Pure."""

from __future__ import annotations

from decimal import Decimal

from content.income import MOST_OWN, MOST_STRUCTURE, Estimate, Fault
from content.messages import Button, Html, Message, Style
from content.payplan import PayPlan, level_income
from content.russian import number, roubles
from funnels.guide_texts import IncomeTexts
from funnels.panel_words import panel_data
from funnels.render import pay_variables

OWN = (0, 70, 100, 150, 200, 300)
STRUCTURE = (0, 250, 750, 1_500, 3_000, 6_000)
ROW = 3
Rows = tuple[tuple[Button, ...], ...]


def ask_own(texts: IncomeTexts, style: Style, plan: PayPlan, *, edits: bool = False) -> Message:
    text = texts.line("ask_own", style, minimum_pv=number(plan.minimum_pv))
    return Message(text, buttons=_choices([(pv, panel_data("income_own", 0, str(pv))) for pv in OWN]), edits=edits)


def ask_structure(texts: IncomeTexts, style: Style, own: Decimal, *, edits: bool = False) -> Message:
    choices = [(pv, panel_data("income", 0, f"{own}-{pv}")) for pv in STRUCTURE]
    return Message(texts.line("ask_structure", style, own=number(own)), buttons=_choices(choices), edits=edits)


def result(texts: IncomeTexts, style: Style, plan: PayPlan, found: Estimate, *, edits: bool = False) -> Message:
    shown = {"own": found.own, "structure": found.structure, "volume": found.volume}
    text = texts.line(
        "result",
        style,
        paid=_paid(texts, style, plan, found),
        next=_next(texts, style, plan, found),
        **{name: number(pv) for name, pv in shown.items()},
        **pay_variables(plan, "unsure"),
    )
    other = texts.button("other_structure", style, "income_own", 0, str(found.own))
    return Message(text, buttons=((other,), (texts.button("again", style, "income_start"),)), edits=edits)


def fault(texts: IncomeTexts, style: Style, kind: Fault, *, of_own: bool) -> Message:
    most = number(MOST_OWN if of_own else MOST_STRUCTURE)
    return Message(texts.line(kind, style, most=most))


def _paid(texts: IncomeTexts, style: Style, plan: PayPlan, found: Estimate) -> Html:
    income = roubles(found.roubles)
    if found.missing_activity:
        missing = number(found.missing_activity)
        return texts.line("inactive", style, income=income, missing=missing, minimum_pv=number(plan.minimum_pv))
    if found.level is None or found.level.percent is None:
        return texts.line("no_level", style, income=income)
    said = texts.line(
        "paid",
        style,
        level=found.level.code,
        volume=number(found.volume),
        percent=number(found.level.percent),
        unit_price=roubles(plan.unit_price_rub),
        income=income,
    )
    if found.reached in (None, found.level):
        return said
    assert found.reached is not None
    beyond = texts.line("beyond", style, level=found.reached.code, paid_level=found.level.code)
    return Html(f"{said}\n{beyond}{_legs(texts, style, found.reached.code, found.reached.m3_legs)}")


def _next(texts: IncomeTexts, style: Style, plan: PayPlan, found: Estimate) -> Html:
    level = found.following
    if level is None:
        return texts.line("top", style)
    values = {"level": level.code, "missing": number(found.missing), "level_pv": number(level.pv)}
    income = level_income(level, plan.unit_price_rub)
    if income is not None:
        return texts.line("next_paid", style, level_income=roubles(income), **values)
    return Html(f"{texts.line('next', style, **values)}{_legs(texts, style, level.code, level.m3_legs)}")


def _legs(texts: IncomeTexts, style: Style, level: str, legs: int | None) -> str:
    return " " + texts.line("legs", style, level=level, legs=str(legs)) if legs else ""


def _choices(choices: list[tuple[int, str]]) -> Rows:
    buttons = [Button(f"{number(pv)} PV", data) for pv, data in choices]
    return tuple(tuple(buttons[at : at + ROW]) for at in range(0, len(buttons), ROW))
