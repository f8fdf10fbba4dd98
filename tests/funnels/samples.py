"""A small correct funnel that tests break in one place at a time, and facts to render it with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from content.messages import Style
from content.payplan import load_plan
from content.services.catalogue import Catalogue
from funnels.facts import Facts, LeadFacts, PartnerFacts, ProductFacts
from funnels.instant import product_names
from funnels.product_names import Entry, ProductNames
from partners.yaml_model import read_model

GOOD = """\
format: 1
key: main
title: Проба
start: start
menu:
  - - {type: go, text: "🍎 Здоровье", to: health, set: {intent: client}}
    - {type: ask, text: "❓ Задать вопрос"}
  - - {type: go, text: "🏠 Главное меню", to: start}
notices:
  greeting: "Здравствуйте, {first_name|друзья}! Я автоматический помощник: {partner_name}."
  outdated: "Это меню обновилось."
  ask: "[[Напиши|Напишите]] вопрос."
  unsupported: "Пока понимаю только текст."
  group: "Отвечаю в личных сообщениях."
  group_button: "Написать лично"
  back: "← Назад"
  home: "🏠 Главное меню"
steps:
  start:
    type: screen
    text: "[[Выбирай|Выбирайте]], {first_name|друзья}."
    buttons:
      - - {type: go, text: "🍎 Здоровье", to: health, set: {intent: client}}
      - - {type: go, text: "💼 Бизнес", to: pay, set: {intent: business, goal: 10_30k}}
  health:
    type: screen
    text: "<b>Что важнее?</b>"
    buttons:
      - - {type: go, text: "🔥 Похудеть", to: shake, set: {pain: weight}}
        - {type: go, text: "🧒 Детям", to: kids, set: {pain: kids}}
      - - {type: ask, text: "Есть вопросы"}
  shake:
    type: product
    text: "{product_name}: {price}, {as_of}. PV {pv}. Порций: {portions|несколько}."
    product: energy_diet
    buttons:
      - - {type: link, text: "🛒 Заказать", slot: shop}
        - {type: ask, text: "У меня вопрос"}
  kids:
    type: product
    text: "{product_name} за {price}"
    product: greenflash
    buttons:
      - - {type: link, text: "🛒 Заказать", slot: shop}
      - - {type: go, text: "К началу", to: start}
  pay:
    type: pay
    goal: 10_30k
    text: "{goal}\\n{pay_table}\\n{minimum_pv} PV, {minimum_cost}, {unit_price}, {plan_date}"
    buttons:
      - - {type: link, text: "Хочу зарегистрироваться", slot: registration}
"""

PRODUCTS = frozenset({"energy_diet", "greenflash"})


def broken(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, f"{old!r} stands {GOOD.count(old)} times in the sample"
    return GOOD.replace(old, new)


def line_of(text: str, part: str) -> int:
    """The number of the only line with this part."""
    found = [number for number, line in enumerate(text.splitlines(), start=1) if part in line]
    assert len(found) == 1, f"{part!r} stands in lines {found}"
    return found[0]


def chain(length: int) -> str:
    """The sample with `length` steps more, one after another: kids → s1 → s2 → … → start."""
    steps = "".join(screen(f"s{number}", to=f"s{number + 1}") for number in range(1, length))
    text = broken('text: "К началу", to: start', 'text: "Дальше", to: s1')
    return text + steps + screen(f"s{length}", to="start")


def screen(key: str, *, to: str) -> str:
    return f"  {key}: {{type: screen, text: Я, buttons: [[{{type: go, text: Да, to: {to}}}]]}}\n"


class AnyProduct(dict[str, ProductFacts]):
    """A catalogue that has every product."""

    def get(self, key: str, default: object = None) -> ProductFacts:
        return product(key)


def product(key: str, *, is_supplement: bool = True, portions: int | None = 15) -> ProductFacts:
    return ProductFacts(
        key=key,
        name="Коктейль <Вишня> & какао",
        category="food",
        price_rub=Decimal("1990"),
        portions=portions,
        pv=Decimal("19.50"),
        as_of=date(2026, 1, 1),
        picture=f"products/{key}.jpg",
        is_supplement=is_supplement,
    )


PLAN_TEXT = (Path(settings.BASE_DIR) / "content" / "presets" / "payplan.yaml").read_text(encoding="utf-8")
PLAN = load_plan(PLAN_TEXT, "payplan.yaml")


def facts(
    *,
    first_name: str = "Анна",
    partner: str = "Мария",
    style: Style = "vy",
    story: str = "",
    products: Mapping[str, ProductFacts] | None = None,
) -> Facts:
    return Facts(
        lead=LeadFacts(first_name),
        partner=PartnerFacts(partner, style, story),
        products=AnyProduct() if products is None else products,
        plan=PLAN,
        link=lambda slot, step: f"https://example.com/{slot}/{step}",
    )


def catalogue_names() -> ProductNames:
    """The names of the shipped catalogue."""
    text = (Path(settings.BASE_DIR) / "content" / "presets" / "products.yaml").read_text(encoding="utf-8")
    products = read_model(text, "products.yaml", Catalogue)[0].products
    return product_names([Entry(product.key, product.name, tuple(product.keywords)) for product in products])
