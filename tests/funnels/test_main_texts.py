"""The texts of the main funnel: both forms of address, honest selling, arithmetic of the plan."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from django.conf import settings

from content import template
from content.messages import Style
from content.payplan import PayPlan, load_plan, volume_for
from funnels.loader import load_funnel
from funnels.render import GOALS
from funnels.schema import Funnel, GoButton, LinkButton, Pain, PayScreen, ProductScreen

ROOT = Path(settings.BASE_DIR)
PAINS: tuple[Pain, ...] = get_args(Pain)
DETAILS = {
    "weight": ["kg5_10", "kg10_20", "kg20_plus", "keep"],
    "energy": ["mornings", "after_lunch", "constant", "stress"],
    "immunity": ["frequent", "recovery", "winter", "family"],
    "beauty": ["skin", "hair", "nails", "all"],
    "kids": ["immunity", "attention", "growth", "all"],
    "sport": ["mass", "leanness", "endurance", "recovery"],
}
STRANGE_WORDS = {
    "ty": re.compile(r"\b(?:вы|вас|вам|вами|ваш\w*|\w{2,}(?:айте|яйте|ейте|ойте|уйте|ьте|ите|ете|ётесь|тесь))\b", re.I),
    "vy": re.compile(r"\b(?:ты|тебя|тебе|тобой|тво[йяеёи]\w*|\w+(?:ешь|ёшь|ишь|ешься|ишься))\b", re.I),
}
FORBIDDEN = re.compile(
    r"лечит|вылеч|исцел|излеч|профилактик|сжига|детокс|омолож|гарантир(?!уется)|чудо-|успей(?!\sсегодня»)|"
    r"только сегодня|пассивн|лёгкий доход|шаг \d|\d+ ?% (?:людей|клиент|покупател)|благодар[яю]|!{2,}",
    re.I,
)


def main_funnel() -> Funnel:
    return load_funnel((ROOT / "funnels/presets/main.yaml").read_text(encoding="utf-8"), "main.yaml").funnel


def plan() -> PayPlan:
    return load_plan((ROOT / "content/presets/payplan.yaml").read_text(encoding="utf-8"), "payplan.yaml")


FUNNEL = main_funnel()
TEXTS = {
    **{key: step.text for key, step in FUNNEL.steps.items()},
    **{f"notice {name}": text for name, text in FUNNEL.notices.model_dump(exclude_none=True).items()},
    **{
        f"buttons of {key}": " / ".join(b.text for row in step.buttons for b in row)
        for key, step in FUNNEL.steps.items()
    },
}


@pytest.mark.parametrize("style", ["ty", "vy"])
def test_no_word_of_the_other_form_of_address(style: Style) -> None:
    found = {key: STRANGE_WORDS[style].findall(template.render(text, style, {})) for key, text in TEXTS.items()}
    assert {key: words for key, words in found.items() if words} == {}


@pytest.mark.parametrize(("style", "text"), [("ty", "Выберите"), ("ty", "ваш"), ("vy", "твоём"), ("vy", "хочешь")])
def test_words_of_the_other_form_are_recognised(style: Style, text: str) -> None:
    assert STRANGE_WORDS[style].search(text)


def test_no_claims_no_pressure_no_invented_numbers() -> None:
    found = {key: match.group() for key, text in TEXTS.items() if (match := FORBIDDEN.search(text))}
    assert found == {}


@pytest.mark.parametrize("pain", PAINS)
def test_every_refinement_leads_to_a_product_and_the_shop(pain: Pain) -> None:
    buttons = [button for row in FUNNEL.steps[f"{pain}_choice"].buttons for button in row]
    choices = [button for button in buttons if isinstance(button, GoButton)]
    assert [choice.set.detail for choice in choices] == DETAILS[pain]
    for choice in choices:
        step = FUNNEL.steps[choice.to]
        assert isinstance(step, ProductScreen)
        assert [b.slot for row in step.buttons for b in row if isinstance(b, LinkButton)] == ["shop"]


def test_texts_of_products_differ_and_name_product_price_and_date() -> None:
    texts = [step.text for step in FUNNEL.steps.values() if isinstance(step, ProductScreen)]
    assert len(set(texts)) == len(texts) == 24
    assert all(mark in text for text in texts for mark in ("{product_name}", "{price}", "{as_of}"))


def test_children_only_through_adults_and_the_paediatrician() -> None:
    screens = {key: step for key, step in FUNNEL.steps.items() if key.startswith("kids_")}
    assert "Этот раздел — для взрослых" in screens["kids_story"].text
    for key, step in screens.items():
        if isinstance(step, ProductScreen):
            assert "[[посоветуйся|посоветуйтесь]] с педиатром" in step.text, key


def test_weight_promises_no_figures() -> None:
    for key, step in FUNNEL.steps.items():
        if key.startswith("weight_"):
            assert not re.search(r"\d+ ?(?:кг|кило|дн|недел|месяц)", step.text), key


def test_money_only_with_the_condition_and_the_warning() -> None:
    for key, step in FUNNEL.steps.items():
        if isinstance(step, PayScreen):
            assert "{minimum_pv}" in step.text, key
            assert "{minimum_cost}" in step.text, key
            assert ("{goal_volume}" in step.text) == (step.goal != "unsure"), key
        if key.startswith(("pay_", "growth_", "answer_scam", "answer_quit", "income_goal")):
            assert re.search(r"[Дд]оход (?:здесь )?не гарантируется", step.text), key


def test_the_arithmetic_of_growth_follows_from_the_plan() -> None:
    def purchases(volume: int) -> str:
        return str(round(volume / plan().minimum_pv))

    m3 = plan().paid_levels[-1]
    low, high = (purchases(volume_for(income, plan())) for income in map(Decimal, GOALS["50_100k"]))
    (huge,) = (purchases(volume_for(income, plan())) for income in map(Decimal, GOALS["200k_plus"]))
    steps = FUNNEL.steps
    assert f"примерно {purchases(m3.pv)} закупки по {plan().minimum_pv} PV" in steps["growth_10_30k"].text
    assert f"примерно от {low} до {high} закупок по {plan().minimum_pv} PV" in steps["growth_50_100k"].text
    assert f"примерно от {huge} закупок по {plan().minimum_pv} PV" in steps["growth_200k_plus"].text
    for key in ("growth_50_100k", "growth_200k_plus"):
        assert f"M3, то есть {m3.percent} %" in steps[key].text


def test_frank_answers_lead_into_both_branches() -> None:
    for key in ("answer_scam", "answer_quit", "answer_not_for", "answer_energy_diet"):
        buttons = [button for row in FUNNEL.steps[key].buttons for button in row if isinstance(button, GoButton)]
        assert [(b.to, b.set.intent) for b in buttons] == [("pain", "client"), ("income_goal", "business")]


def test_the_minimum_named_in_a_frank_answer_is_the_plans() -> None:
    cost = "–".join(f"{value:,.0f}".replace(",", " ") for value in plan().minimum_cost_rub)
    assert f"от {plan().minimum_pv} PV, для партнёра примерно {cost} ₽" in FUNNEL.steps["answer_scam"].text
