"""Facts for posts, from what is shipped."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from content.ai.types import Passage
from content.knowledge.chunking import passages
from content.knowledge.reading import read
from content.messages import Style
from content.payplan import PayPlan, load_plan
from content.posts.facts import Author, Facts, Offer, ProductFacts, Story
from content.posts.kinds import Kind, PostType, shipped
from partners.strict_yaml import read_yaml

PRESETS = Path(__file__).resolve().parents[2] / "content" / "presets"
STORY = Story(
    "Три года подряд каждая осень начиналась одинаково: работа, дом, а на себя сил нет.\n"
    "Потом в календаре появился один свободный вечер в неделю. Сначала было неловко ничего не делать, "
    "теперь это самый защищённый час: чай, книга, телефон в другой комнате. Больше ничего не изменилось, "
    "а жить стало спокойнее.",
    "Устное согласие автора 2026-11-02, записал оператор",
)
OFFER = Offer("Подарок к заказу", "Пробник чая к любому заказу от 3 000 ₽, пока акция идёт.", date(2026, 12, 10))


@cache
def products() -> tuple[ProductFacts, ...]:
    path = PRESETS / "products.yaml"
    catalogue, _lines = read_yaml(path.read_text(encoding="utf-8"), path.name)
    return tuple(_product(entry) for entry in catalogue["products"])


def _product(entry: dict[str, Any]) -> ProductFacts:
    return ProductFacts(
        key=entry["key"],
        name=entry["name"],
        category=entry["category"],
        description=entry["description"],
        price_rub=Decimal(entry["price_rub"]),
        pv=Decimal(entry["pv"]),
        as_of=date.fromisoformat(entry["as_of"]),
        supplement=entry["supplement"],
        portions=entry["portions"],
        keywords=tuple(entry["keywords"]),
    )


@cache
def plan() -> PayPlan:
    path = PRESETS / "payplan.yaml"
    return load_plan(path.read_text(encoding="utf-8"), path.name)


@cache
def articles(categories: Collection[str]) -> tuple[Passage, ...]:
    sources = [read(path.name, path.read_bytes()) for path in sorted((PRESETS / "knowledge").glob("*.md"))]
    return tuple(
        Passage(source.title, piece.text, source.as_of)
        for source in sources
        if source.category in categories
        for piece in passages(source.text)
    )


def type_of(kind: Kind) -> PostType:
    return shipped().types[kind]


def facts_for(kind: Kind, *, style: Style = "vy", voice: str = "") -> Facts:
    return Facts(
        author=Author("Мария", style, voice),
        products=products(),
        passages=articles(type_of(kind).categories),
        plan=plan(),
        story=STORY,
    )
