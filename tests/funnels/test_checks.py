"""Every check, with the smallest file that fails it: code, line and path."""

from __future__ import annotations

import pytest

from funnels.checks import check_text
from partners.strict_yaml import Problem
from tests.funnels.samples import GOOD, PRODUCTS, broken, line_of

LONG = "Я" * 1025
HEALTH = "<b>Что важнее?</b>"  # the text of the screen `health`
KIDS = '"{product_name} за {price}"'  # the text of the product screen `kids`


def problems(text: str) -> list[Problem]:
    return check_text(text, "a.yaml", products=PRODUCTS)


def test_a_good_file_has_no_problems() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "path"),
    [
        ("start: start", "start: begin", "unknown_step", "start"),
        ("to: shake", "to: shape", "unknown_step", "steps.health.buttons[0][0].to"),
        ('"🏠 Главное меню", to: start', '"🏠 Главное меню", to: home', "unknown_step", "menu[1][0].to"),
        (
            '"🏠 Главное меню", to: start',
            '"🍎 Здоровье", to: start',
            "duplicate_menu_label",
            "menu[1][0].text",
        ),
        ('"🏠 Главное меню", to: start', '"{home}", to: start', "bad_label", "menu[1][0].text"),
        ("🧒 Детям", "🔥 Похудеть", "duplicate_label", "steps.health.buttons[0][1].text"),
        ("🧒 Детям", "[[🔥 Похудеть|Детям]]", "duplicate_label", "steps.health.buttons[0][1].text"),
        ("🧒 Детям", "← Назад", "duplicate_label", "steps.health.buttons[0][1].text"),
        ("🧒 Детям", "[[ты", "bad_template", "steps.health.buttons[0][1].text"),
        ("🧒 Детям", "{first_name|друг}", "bad_label", "steps.health.buttons[0][1].text"),
        ("🧒 Детям", "[[Детям|]]", "bad_label", "steps.health.buttons[0][1].text"),
        ("← Назад", "[[← Назад", "bad_template", "notices.back"),
        ("Написать лично", "{partner_name}", "bad_label", "notices.group_button"),
        ("Отвечаю в личных", "Отвечаю <в> личных", "bad_html", "notices.group"),
        ("Это меню обновилось", "{price}", "unknown_variable", "notices.outdated"),
        ("{pv}", "{weight}", "unknown_variable", "steps.shake.text"),
        (HEALTH, "{price}", "unknown_variable", "steps.health.text"),
        ("{portions|несколько}", "{portions}", "missing_fallback", "steps.shake.text"),
        ("{partner_name}.", "бот", "anonymous_greeting", "notices.greeting"),
        (HEALTH, "<b>Что важнее?", "bad_html", "steps.health.text"),
        (HEALTH, "<b>[[Твоё</b>|Ваше]]", "bad_html", "steps.health.text"),
        (HEALTH, "[[Твоё|Ваше</b>]]", "bad_html", "steps.health.text"),
        (HEALTH, "<h1>Что важнее?</h1>", "bad_html", "steps.health.text"),
        (HEALTH, "<a href='http://a.ru'>Что важнее?</a>", "bad_html", "steps.health.text"),
        (HEALTH, "<{first_name|b}>Что важнее?</b>", "bad_html", "steps.health.text"),
        (HEALTH, "{first_name|<b>}Что важнее?", "bad_html", "steps.health.text"),
        (HEALTH, "Здоровье & спорт", "bad_html", "steps.health.text"),
        (HEALTH, "[[Твоё", "bad_template", "steps.health.text"),
        (HEALTH, "{first name}", "bad_template", "steps.health.text"),
        (HEALTH, "{first_name|}", "empty_text", "steps.health.text"),
        (HEALTH, "[[Я|]]", "empty_text", "steps.health.text"),
        (HEALTH, "Я" * 4097, "text_too_long", "steps.health.text"),
        (HEALTH, "😀" * 2049, "text_too_long", "steps.health.text"),
        (HEALTH, "Я" * 4080 + "{first_name|я}", "text_too_long", "steps.health.text"),
        (KIDS, "'<a href=\"https://a.ru/{pv}\">a</a>'", "bad_html", "steps.kids.text"),
        (KIDS, LONG, "caption_too_long", "steps.kids.text"),
        (KIDS, "Я" * 990, "caption_too_long", "steps.kids.text"),  # with the note on supplements
        ("product: greenflash", "product: snake_oil", "unknown_product", "steps.kids.product"),
        ('"<b>Что важнее?</b>"', 'Что?\n    picture: "../a.jpg"', "bad_picture", "steps.health.picture"),
        ('"<b>Что важнее?</b>"', 'Что?\n    picture: "/a.jpg"', "bad_picture", "steps.health.picture"),
    ],
)
def test_what_is_refused(old: str, new: str, code: str, path: str) -> None:
    text = broken(old, new)
    found = next(problem for problem in problems(text) if problem.code == code)
    assert (found.file, found.path, found.severity) == ("a.yaml", path, "error")
    assert found.line == line_of(GOOD, old) + new.count("\n")
    assert 0 < len(found.sentence) <= 400


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (HEALTH, "Я" * 4096),
        (HEALTH, "<b>" + "Я" * 4090 + "&amp;&lt;</b>"),  # Telegram counts what is seen
        (HEALTH, "[[<b>Твоё</b>|<i>Ваше</i>]]"),
        ("🧒 Детям", "[[Тебе|Вам]]"),
    ],
)
def test_what_is_allowed(old: str, new: str) -> None:
    assert problems(broken(old, new)) == []


def test_a_step_that_nothing_leads_to() -> None:
    text = GOOD + "  lost: {type: screen, text: Я, buttons: [[{type: go, text: Да, to: start}]]}\n"
    (found,) = problems(text)
    assert (found.code, found.path, found.line) == (
        "unreachable_step",
        "steps.lost",
        line_of(text, "  lost:"),
    )


def test_a_typing_mistake_is_not_followed_by_every_step_behind_it() -> None:
    text = broken(
        '"🍎 Здоровье", to: health, set: {intent: client}}\n    - {type',
        '"🍎 Здоровье", to: heath}\n    - {type',
    )
    text = text.replace(
        '- - {type: go, text: "🍎 Здоровье", to: health,', '- - {type: go, text: "🍎 Здоровье", to: heath,'
    )
    assert [(p.code, p.path) for p in problems(text)] == [
        ("unknown_step", "menu[0][0].to"),
        ("unknown_step", "steps.start.buttons[0][0].to"),
    ]


def test_a_screen_that_leads_nowhere_is_a_warning() -> None:
    text = broken("  pay:\n    type: pay\n    goal: 10_30k\n", "  pay:\n    type: screen\n")
    text = text[: text.index('    text: "{goal}')] + "    text: Всё.\n"
    (found,) = problems(text)
    assert (found.code, found.path, found.severity) == ("dead_end", "steps.pay", "warning")
    assert found.line == line_of(text, "  pay:")


def test_the_goal_is_unknown_to_those_who_did_not_name_one() -> None:
    text = broken("    goal: 10_30k\n", "    goal: unsure\n")
    assert {(p.code, p.path) for p in problems(text)} == {("unknown_variable", "steps.pay.text")}


def test_a_picture_makes_the_text_a_caption() -> None:
    text = broken(f'"{HEALTH}"', f'"{LONG}"\n    picture: a.jpg')
    assert [p.code for p in problems(text)] == ["caption_too_long"]


def test_products_are_not_checked_without_a_catalogue() -> None:
    text = broken("product: greenflash", "product: snake_oil")
    assert check_text(text, "a.yaml", products=None) == []


def test_problems_of_the_shape_come_alone() -> None:
    text = broken("to: shake", "too: shake").replace("{pv}", "{weight}")
    assert {p.code for p in problems(text)} == {"missing", "extra_forbidden"}


def test_problems_are_in_the_order_of_the_file() -> None:
    text = broken("{pv}", "{weight}").replace("to: shake", "to: shape").replace("← Назад", "{back}")
    found = problems(text)
    assert [p.code for p in found] == ["bad_label", "unknown_step", "unknown_variable"]
    assert [p.line for p in found] == sorted(p.line for p in found)
