"""Posts without a model: complete, honest, and no two alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.ai.types import Passage
from content.markup import fault
from content.messages import Style
from content.posts.checks import Finding, check, passes
from content.posts.compose import LONGEST, SHORTEST, Draft, compose, compose_unlike
from content.posts.facts import Advert, Facts, ProductFacts, Story
from content.posts.kinds import Kind, shipped
from content.posts.likeness import Earlier, prints
from content.posts.links import seen
from content.posts.picking import Lacking
from tests.content.post_samples import OFFER, STORY, articles, facts_for, products, type_of

KINDS: tuple[Kind, ...] = get_args(Kind)
MARK = Advert("2VtzqxExample", "ИП Мария Петрова")
PARTNERS = 100
QUARTER = 90


def checked(draft: Draft, kind: Kind, earlier: list[Earlier], facts: Facts) -> list[Finding]:
    until = facts.offer.until if facts.offer else None
    entry = type_of(kind)
    return check(draft.text, entry, products=products(), product=draft.product, mark=MARK, earlier=earlier, until=until)


def written(kind: Kind, facts: Facts, number: int, seed: str, earlier: list[Earlier]) -> list[Finding]:
    """Writes a post, remembers it among the earlier ones, and returns what is wrong with it."""
    draft = compose_unlike(earlier, type_of(kind), facts, number=number, seed=seed)
    findings = checked(draft, kind, earlier, facts)
    earlier.append(Earlier(len(earlier), prints(draft.text)))
    return findings


def test_hundred_partners_get_nine_posts_each_that_pass_every_check() -> None:
    voices = sorted(shipped().voices)
    styles: tuple[Style, ...] = get_args(Style)
    wrong = []
    for partner in range(PARTNERS):
        earlier: list[Earlier] = []
        for kind in KINDS:
            facts = facts_for(kind, style=styles[partner % 2], voice=voices[partner % len(voices)])
            wrong += [(partner, kind, finding) for finding in written(kind, facts, 0, str(partner), earlier)]
    assert wrong == []


@pytest.mark.parametrize("style", get_args(Style))
def test_a_quarter_of_daily_posts_never_repeats_itself(style: Style) -> None:
    kinds = [kind for kind in KINDS if kind != "success_story"]  # every one of those needs a story of its own
    earlier: list[Earlier] = []
    for day in range(QUARTER):
        kind = kinds[day % len(kinds)]
        assert written(kind, facts_for(kind, style=style), day // len(kinds), "quarter", earlier) == [], day


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_number_gives_the_same_post(kind: Kind) -> None:
    facts = facts_for(kind)
    first = compose(type_of(kind), facts, number=3, seed="one")
    assert compose(type_of(kind), facts, number=3, seed="one") == first
    assert compose(type_of(kind), facts, number=4, seed="one").text != first.text
    assert compose(type_of(kind), facts, number=3, seed="another").text != first.text


@pytest.mark.parametrize("style", get_args(Style))
@pytest.mark.parametrize("kind", KINDS)
def test_every_line_of_every_type_can_be_published(kind: Kind, style: Style) -> None:
    facts = facts_for(kind, style=style)
    for number in range(12):
        draft = compose(type_of(kind), facts, number=number, seed="lines")
        assert passes(checked(draft, kind, [], facts)), draft.text


def test_products_come_once_before_any_comes_again() -> None:
    facts = facts_for("product")
    shown = [compose(type_of("product"), facts, number=number, seed="x").product for number in range(len(products()))]
    assert len({product.key for product in shown if product}) == len(products())


def test_a_supplement_says_that_it_is_no_medicine_and_food_does_not_say_it_is_a_supplement() -> None:
    for product in products():
        facts = replace(facts_for("promo"), products=(product,))
        text = compose(type_of("promo"), facts, number=0, seed="x").text
        assert ("БАД. Не является лекарственным средством." in text) == product.supplement


def test_a_post_of_a_childrens_product_sends_the_grown_up_to_the_paediatrician() -> None:
    for product in products():
        text = compose(type_of("promo"), replace(facts_for("promo"), products=(product,)), number=0, seed="x").text
        assert product.category != "kids" or "посоветоваться с педиатром" in text


def test_income_stands_with_its_condition() -> None:
    for number in range(12):
        text = seen(compose(type_of("business"), facts_for("business"), number=number, seed="x").text)
        assert "70 PV" in text.replace("\u202f", " ")
        assert "Доход не гарантируется" in text or "доход не гарантируется" in text


def test_a_promotion_is_told_with_its_terms_and_last_day() -> None:
    draft = compose(type_of("promo"), replace(facts_for("promo"), offer=OFFER), number=0, seed="x")
    assert "Подарок к заказу" in draft.text
    assert "10 декабря" in draft.text


def test_no_story_is_invented() -> None:
    with pytest.raises(Lacking):
        compose(type_of("success_story"), replace(facts_for("success_story"), story=None), number=0, seed="x")


def test_no_story_is_told_without_consent() -> None:
    facts = replace(facts_for("success_story"), story=Story(STORY.text, " "))
    with pytest.raises(Lacking):
        compose(type_of("success_story"), facts, number=0, seed="x")


def test_a_story_is_retold_as_it_was_entered() -> None:
    text = compose(type_of("success_story"), facts_for("success_story"), number=0, seed="x").text
    for line in STORY.text.split("\n"):
        assert line in text


@pytest.mark.parametrize(("kind", "sentence"), [("product", "catalogue"), ("tips", "knowledge"), ("business", "plan")])
def test_what_is_lacking_is_told(kind: Kind, sentence: str, english: None) -> None:
    passages = facts_for(kind).passages if kind == "business" else ()
    with pytest.raises(Lacking, match=sentence):
        compose(type_of(kind), Facts(facts_for(kind).author, passages=passages), number=0, seed="x")


def test_sources_are_the_documents_that_are_quoted() -> None:
    draft = compose(type_of("faq"), facts_for("faq"), number=0, seed="x")
    titles = {passage.title for passage in articles(("products", "orders"))}
    assert draft.sources
    assert set(draft.sources) <= titles


def test_formal_words_are_a_quotation_in_a_post_that_says_ty() -> None:
    passage = Passage(
        "Хранение", "## Где хранить порошок\nПроверьте упаковку и храните порошок в сухом месте, вдали от плиты."
    )
    facts = replace(facts_for("tips", style="ty"), passages=(passage,))
    assert "<blockquote>Проверьте упаковку" in compose(type_of("tips"), facts, number=0, seed="x").text


def test_after_all_tries_the_least_alike_is_given() -> None:
    facts = replace(facts_for("success_story"))
    first = compose(type_of("success_story"), facts, number=0, seed="x")
    earlier = [Earlier(1, prints(first.text))]
    again = compose_unlike(earlier, type_of("success_story"), facts, number=0, seed="x")
    assert again.text != first.text


hostile = st.text(max_size=300) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "{shop_link}",
        "{{",
        "[[a|b]]",
        "&amp;",
        "😀" * 200,
        "А" * 120,
        "</b>",
        "https://evil.example",
    ]
)


@settings(max_examples=60, deadline=None)
@given(name=hostile.filter(str.strip), description=hostile, heading=hostile, text=hostile, story=hostile)
def test_hostile_facts_give_a_text_that_telegram_takes(
    name: str, description: str, heading: str, text: str, story: str
) -> None:
    product = ProductFacts(
        "x", name, "beauty", description, Decimal("990"), Decimal(5), date(2026, 1, 1), supplement=False
    )
    passages = (Passage(name, f"## {heading}\n{text}"), Passage("Хранение", "## Где хранить\n" + "В сухом месте. " * 8))
    facts = replace(facts_for("tips"), products=(product,), passages=passages, story=Story(story or "…", "есть"))
    for kind in ("product", "promo", "tips", "success_story"):
        try:
            draft = compose(type_of(kind), facts, number=0, seed="x")
        except Lacking:
            continue
        assert fault(draft.text) is None, draft.text
        assert SHORTEST <= len(seen(draft.text)) <= LONGEST + 400
        assert "<script" not in draft.text


def test_an_idea_chooses_what_a_post_is_about() -> None:
    facts = replace(facts_for("tips"), idea="Как отличить подделку от настоящей упаковки?")
    assert {compose(type_of("tips"), facts, number=number, seed="x").sources for number in range(3)} == {
        ("Качество и документы: где посмотреть",)
    }


def test_an_idea_about_nothing_known_changes_nothing() -> None:
    facts = facts_for("tips")
    odd = replace(facts, idea="Квантовая хромодинамика")
    assert compose(type_of("tips"), odd, number=1, seed="x") == compose(type_of("tips"), facts, number=1, seed="x")


def test_an_unknown_voice_is_somebodys_turn() -> None:
    facts = facts_for("motivation", voice="opera")
    assert compose(type_of("motivation"), facts, number=0, seed="x").voice in shipped().voices
