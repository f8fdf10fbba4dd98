"""What a lead sees of a step."""

from __future__ import annotations

import pytest

from content.markup import fault, telegram_length, visible
from content.messages import Button, Message
from funnels.facts import Facts
from funnels.loader import load_funnel
from funnels.render import menu_keyboard, render_notice, render_step
from funnels.variables import INCOME_NOTE, SUPPLEMENT_NOTE
from tests.funnels.samples import GOOD, broken, facts, product

FUNNEL = load_funnel(GOOD, "a.yaml").funnel
HOSTILE = '<b>&"{price}[[|]]'


def screen(step: str, about: Facts, text: str = GOOD) -> Message:
    return render_step(load_funnel(text, "a.yaml").funnel, 7, step, about)


def test_the_start_has_its_buttons_only() -> None:
    message = screen("start", facts(style="ty"))
    assert message.text == "Выбирай, Анна."
    assert message.buttons == (
        (Button("🍎 Здоровье", callback="f:7:start:0"),),
        (Button("💼 Бизнес", callback="f:7:start:1"),),
    )
    assert (message.picture, message.keyboard, message.edits) == ("", (), False)


def test_other_screens_have_the_ways_back() -> None:
    message = screen("health", facts())
    assert message.buttons == (
        (Button("🔥 Похудеть", callback="f:7:health:0"), Button("🧒 Детям", callback="f:7:health:1")),
        (Button("Есть вопросы", callback="f:7:health:2"),),
        (Button("← Назад", callback="f:7:health:b"), Button("🏠 Главное меню", callback="f:7:health:h")),
    )


def test_a_product() -> None:
    message = screen("shake", facts())
    assert message.text == (
        "Коктейль &lt;Вишня&gt; &amp; какао: 1\u202f990\u202f₽, январь 2026. PV 19,5. Порций: 15.\n\n"
        f"<i>{SUPPLEMENT_NOTE}</i>"
    )
    assert message.picture == "products/energy_diet.jpg"
    assert message.buttons[0] == (
        Button("🛒 Заказать", url="https://example.com/shop/shake"),
        Button("У меня вопрос", callback="f:7:shake:1"),
    )


def test_a_product_that_is_no_supplement_and_has_no_portions() -> None:
    food = product("energy_diet", is_supplement=False, portions=None)
    message = screen("shake", facts(products={"energy_diet": food}))
    assert message.text.endswith("Порций: несколько.")
    assert SUPPLEMENT_NOTE not in message.text


def test_a_product_that_left_the_catalogue_breaks_nothing() -> None:
    message = screen("shake", facts(products={}))
    assert message.text.startswith(": , ")
    assert len(message.buttons) == 2


def test_pay() -> None:
    message = screen("pay", facts())
    assert visible(message.text).replace("\u202f", " ") == (
        "10 000–30 000 ₽\n"
        "M1: 750 PV, 5 % — 1 312,50 ₽\n"
        "M2: 1 500 PV, 10 % — 5 250 ₽\n"
        "M3: 3 000 PV, 24 % — 25 200 ₽\n"
        "70 PV, 6 000–6 700 ₽, 35 ₽, январь 2026\n\n"
        f"{INCOME_NOTE}"
    )


@pytest.mark.parametrize(
    ("goal", "shown"),
    [
        ("10_30k", "10 000–30 000 ₽: 2 858–3 572 PV"),
        ("50_100k", "50 000–100 000 ₽: 5 953–11 905 PV"),
        ("200k_plus", "от 200 000 ₽: от 23 810 PV"),
        ("unsure", ": "),
    ],
)
def test_goals(goal: str, shown: str) -> None:
    text = broken("    goal: 10_30k\n", f"    goal: {goal}\n")
    text = text[: text.index('    text: "{goal}')] + '    text: "{goal}: {goal_volume}"\n'
    message = screen("pay", facts(), text)
    assert message.text.replace("\u202f", " ") == f"{shown}\n\n{INCOME_NOTE}"


def test_the_note_on_income_is_not_repeated() -> None:
    text = broken("{plan_date}", "{plan_date}. Доход НЕ гарантируется!")
    assert screen("pay", facts(), text).text.casefold().count("не гарантируется") == 1


@pytest.mark.parametrize("name", [HOSTILE, "  a \n b ", "😀" * 4096, "\u202e" * 300, "", "   "])
def test_names_are_escaped_and_bounded(name: str) -> None:
    message = screen("start", facts(first_name=name))
    assert fault(message.text) is None
    assert telegram_length(visible(message.text)) <= len("Выбирайте, .") + 64
    assert "\n" not in message.text
    if not name.strip():
        assert message.text == "Выбирайте, друзья."


@pytest.mark.parametrize(
    ("name", "shown"),
    [("😀" * 32, "😀" * 32), ("😀" * 33, "😀" * 31 + "…"), ("я" + "😀" * 32, "я" + "😀" * 31 + "…")],
)
def test_a_long_name_is_cut_between_characters(name: str, shown: str) -> None:
    assert visible(screen("start", facts(first_name=name)).text) == f"Выбирайте, {shown}."


def test_a_hostile_name_is_shown_as_typed() -> None:
    assert visible(render_notice(FUNNEL.notices.greeting, facts(partner=HOSTILE)).text).endswith(
        f"помощник: {HOSTILE}."
    )


def test_the_keyboard() -> None:
    assert menu_keyboard(FUNNEL, "vy") == (("🍎 Здоровье", "❓ Задать вопрос"), ("🏠 Главное меню",))
