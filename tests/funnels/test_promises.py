"""Banned claims in a funnel file: wherever a lead reads them, in either form of address."""

from __future__ import annotations

import pytest

from funnels.checks import check_text
from tests.funnels.samples import GOOD, PRODUCTS, broken, line_of


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("<b>Что важнее?</b>", "Чай <b>лечит</b> диабет.", "steps.health.text"),
        ("<b>Что важнее?</b>", "[[Не бойся|Чай лечит]].", "steps.health.text"),
        ("<b>Что важнее?</b>", "[[Вылечишь|Попробуете]] чай.", "steps.health.text"),
        ("Порций: {portions|несколько}.", "Порций: {portions|много, и все лечат}.", "steps.shake.text"),
        ('"{product_name} за {price}"', '"Снимает {product_name} боль"', "steps.kids.text"),
        ("🧒 Детям", "🧒 Лечить", "steps.health.buttons[0][1].text"),
        ('🏠 Главное меню", to: start', 'Лёгкие деньги", to: start', "menu[1][0].text"),
        ("Написать лично", "Только сегодня", "notices.group_button"),
    ],
)
def test_where_a_claim_is_found(old: str, new: str, path: str) -> None:
    (problem,) = check_text(broken(old, new), "a.yaml", products=PRODUCTS)
    assert (problem.code, problem.path, problem.severity) == ("banned_claim", path, "error")
    assert problem.line == line_of(GOOD, old)


def test_the_sentence_quotes_what_is_seen_and_says_how_to_put_it() -> None:
    text = broken("<b>Что важнее?</b>", "Чай л<b>ечи</b>т.")
    (problem,) = check_text(text, "a.yaml", products=PRODUCTS)
    assert "лечит" in problem.sentence
    assert "Скажите, что это еда" in problem.sentence


def test_one_claim_in_both_forms_is_told_once() -> None:
    text = broken("<b>Что важнее?</b>", "[[Знай|Знайте]]: чай лечит.")
    assert len(check_text(text, "a.yaml", products=PRODUCTS)) == 1


def test_a_denial_passes() -> None:
    text = broken("<b>Что важнее?</b>", "Чай не лечит, и [[ты это знаешь|вы это знаете]].")
    assert check_text(text, "a.yaml", products=PRODUCTS) == []
