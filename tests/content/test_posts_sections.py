"""Which parts of a document can stand in a post by themselves."""

from __future__ import annotations

from datetime import date

import pytest

from content.ai.types import Passage
from content.claims import find_claims
from content.markup import fault, visible
from content.posts.sections import LONGEST, SHORTEST, Section, Sort, sections
from tests.content.post_samples import articles

BODY = "В сухом месте, под крышкой, не на солнце и не у плиты. Ложка тоже сухая."
EVERYTHING = ("products", "business", "orders", "delivery", "company", "training")
MANY = 200


def only(text: str, title: str = "Хранение") -> Section:
    (section,) = sections([Passage(title, text, date(2026, 1, 1))])
    return section


def none(text: str, title: str = "Хранение") -> bool:
    return sections([Passage(title, text)]) == []


def test_the_shipped_articles_give_many_sections_that_are_honest_and_well_formed() -> None:
    found = sections(articles(EVERYTHING))
    assert len(found) > MANY
    for section in found:
        assert fault(section.text) is None
        assert find_claims(section.text) == []
        assert SHORTEST <= len(visible(section.text)) <= LONGEST
        assert "{" not in section.text


def test_a_section_is_what_stands_under_a_heading() -> None:
    text = f"# Хранение\n\nВступление.\n\n## Где хранить\n\n{BODY}\n\n## Долго ли\n\n{BODY} И ещё."
    first, second = sections([Passage("Хранение", text)])
    assert (first.heading, first.text) == ("Где хранить", BODY)
    assert second.heading == "Долго ли?"


def test_lists_and_bold_are_kept() -> None:
    section = only("## Где\n- **Сухо** и темно, подальше от плиты\n- Под крышкой, чтобы порошок не отсырел")
    assert section.text.startswith("• <b>Сухо</b>")


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        "## Где\nКоротко.",
        f"## Где\n{BODY * 9}",
        f"## Где\n| Что | Где |\n|---|---|\n| порошок | {BODY} |",
        f"## Где\n{BODY} Подробнее в статье «Хранение».",
        f"## Где\n{BODY} Спросите бота.",
        f"## Где\n{BODY} Команда /stop поможет.",
        f"## Где\n> {BODY}",
        f"## Где\n1. {BODY}\n2. Магазин: {{shop_link}}",
        f"## Часто болею\n{BODY}",
        f"## ***\n{BODY}",
    ],
)
def test_what_needs_its_document_is_left_out(text: str) -> None:
    assert none(text)


def test_a_document_without_a_title_is_left_out() -> None:
    assert none(f"## Где\n{BODY}", title=" ")


def test_a_sentence_with_a_link_is_left_out() -> None:
    assert only(f"## Где\n{BODY} Магазин: {{shop_link}}").text == BODY


def test_the_same_heading_comes_once() -> None:
    assert len(sections([Passage("Хранение", f"## Где\n{BODY}")] * 3)) == 1


@pytest.mark.parametrize(
    ("heading", "sort"),
    [
        ("Можно ли взять с собой", "question"),
        ("Сколько хранится готовый", "question"),
        ("Срок вышел вчера — можно доесть?", "question"),
        ("«Не верю в БАДы»", "doubt"),
        ("Правда ли, что от него худеют", "doubt"),
        ("Это стероиды?", "doubt"),
        ("Где хранить", "advice"),
        ("Порошок слипся в комок", "advice"),
        ("Кто-то зарегистрировал меня без спроса", "advice"),
    ],
)
def test_what_a_heading_is(heading: str, sort: Sort) -> None:
    assert only(f"## {heading}\n{BODY}").sort == sort


@pytest.mark.parametrize(
    ("heading", "asked"),
    [("Где хранить", "Где хранить?"), ("Это стероиды?", "Это стероиды?"), ("«Дорого»", "«Дорого»")],
)
def test_a_heading_as_a_question(heading: str, asked: str) -> None:
    assert only(f"## {heading}\n{BODY}").asked == asked


@pytest.mark.parametrize(
    ("text", "formal"),
    [
        (BODY, False),
        (f"{BODY} Проверьте крышку.", True),
        (f"{BODY} Если вы спешите.", True),
        (f"{BODY} Дети не достанут.", False),
    ],
)
def test_who_is_spoken_to(text: str, formal: bool) -> None:
    assert only(f"## Где\n{text}").formal == formal
