"""The facts of one post as the variables of its templates. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from content.ai.sentences import whole_sentences
from content.markup import shorten
from content.messages import Html, Style, escape
from content.payplan import PayPlan, level_income
from content.posts.facts import Facts, Offer, ProductFacts, Story
from content.posts.kinds import LINKS
from content.posts.picking import Picked
from content.posts.sections import Section
from content.russian import day_and_month, month, number, plural, roubles

OF_NAME, OF_DESCRIPTION, OF_STORY, OF_TERMS = 80, 300, 600, 250
Variables = Mapping[str, Html]


def of_post(facts: Facts, picked: Picked) -> Variables:
    """Everything that may be said in it."""
    return {
        **of_links(),
        **_filled(author=_line(facts.author.name, OF_NAME)),
        **(of_product(picked.product) if picked.product else {}),
        **of_sections(picked.sections, facts.author.style),
        **(of_plan(facts.plan, picked.level) if facts.plan else {}),
        **(of_story(facts.story) if facts.story else {}),
        **(of_offer(facts.offer) if facts.offer else {}),
    }


def of_links() -> Variables:
    """Links stay slots until a post is published."""
    return {link: Html(f"{{{link}}}") for link in LINKS}


def of_product(product: ProductFacts) -> Variables:
    portion = product.price_rub / product.portions if product.portions else None
    return _filled(
        name=_line(product.name, OF_NAME),
        description=whole_sentences(" ".join(product.description.split()), OF_DESCRIPTION),
        price=roubles(product.price_rub),
        pv=number(product.pv),
        as_of=month(product.as_of),
        portions=plural(product.portions, "порция", "порции", "порций") if product.portions else "",
        portion_price=roubles(portion.quantize(portion.to_integral_value())) if portion else "",
    )


def of_sections(found: Sequence[Section], style: Style) -> Variables:
    """Of the section of the post, and of another one of the same document."""
    variables: dict[str, Html] = {}
    for section, prefix, text in zip(found, ("", "more_"), ("quote", "more"), strict=False):
        variables |= _filled(**{f"{prefix}heading": section.heading, f"{prefix}asked": section.asked})
        variables[text] = _quoted(section, style)
    return {**variables, **(_filled(title=found[0].title) if found else {})}


def _quoted(section: Section, style: Style) -> Html:
    """Words for «вы» in a post that says «ты» are a quotation; a price has its date."""
    text = Html(f"<blockquote>{section.text}</blockquote>") if section.formal and style == "ty" else section.text
    if section.as_of and "₽" in text and str(section.as_of.year) not in text:
        text = Html(f"{text}\n<i>Данные на {month(section.as_of)}.</i>")
    return text


def of_plan(plan: PayPlan, level: int) -> Variables:
    """`level`: which of the paid ones."""
    paid = plan.paid_levels[level]
    income = level_income(paid, plan.unit_price_rub)
    least, most = (number(cost) for cost in plan.minimum_cost_rub)
    return _filled(
        level=paid.code,
        volume=number(paid.pv),
        percent=number(paid.percent or 0),
        income=roubles(income or 0),
        minimum_pv=number(plan.minimum_pv),
        minimum_cost=f"{least}–{most}\u00a0₽",
        unit_price=roubles(plan.unit_price_rub),
        purchases=plural(-(-paid.pv // plan.minimum_pv), "закупка", "закупки", "закупок"),
        plan_from=month(plan.valid_from),
    )


def of_story(story: Story) -> Variables:
    paragraphs = (" ".join(paragraph.split()) for paragraph in story.text.split("\n"))
    return _filled(story=whole_sentences("\n".join(filter(None, paragraphs)), OF_STORY))


def of_offer(offer: Offer) -> Variables:
    return _filled(
        offer=_line(offer.title, OF_NAME),
        terms=whole_sentences(" ".join(offer.terms.split()), OF_TERMS),
        until=day_and_month(offer.until),
    )


def _line(text: str, longest: int) -> str:
    return shorten(" ".join(text.split()), longest)


def _filled(**values: str) -> Variables:
    """Without what is empty, so that no sentence is written around it. Braces would look like slots."""
    plain = {name: value.replace("{", "(").replace("}", ")") for name, value in values.items()}
    return {name: escape(value) for name, value in plain.items() if value}
