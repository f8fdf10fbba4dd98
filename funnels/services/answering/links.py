"""The partner's own links for one answer of the curator. Behind the partner's door."""

from __future__ import annotations

from functools import lru_cache

from content.models import Product
from funnels.answer_steps import answer_step
from funnels.facts import PartnerFacts
from funnels.instant import product_names
from funnels.instant_words import InstantLinks, Rows
from funnels.models import Question
from funnels.product_names import Entry, ProductNames
from funnels.services.clicks import Tracked, destination, filled_slots, tracked_url
from funnels.services.presets import instant_texts
from funnels.services.script import product_facts
from partners.models import Partner


def answer_links(*, partner_id: int, lead_id: int | None, question_id: int) -> InstantLinks:
    """Tracked for a lead; in a group, where there is none, the plain addresses."""

    def link(slot: str, product: str) -> str:
        if lead_id is None:
            return destination(partner_id=partner_id, slot=slot, product=product)
        return tracked_url(Tracked(partner_id, lead_id, 0, answer_step(question_id, product), slot))

    partner = Partner.objects.get(pk=partner_id)
    products = list(Product.objects.filter(active=True))
    return InstantLinks(
        texts=instant_texts(),
        partner=PartnerFacts(partner.name, partner.communication_style, partner.story),  # type: ignore[arg-type]
        products={product.key: product_facts(product) for product in products},
        names=_names(tuple(Entry(product.key, product.name, tuple(product.keywords)) for product in products)),
        link=link,
        has_registration="registration" in filled_slots(partner),
    )


def buttons_above(question: Question) -> Rows:
    """The links that the question asked for, above the other buttons of its answer."""
    links = answer_links(partner_id=question.partner_id, lead_id=question.lead_id, question_id=question.pk)
    return links.buttons(links.wanted(question.text))


@lru_cache(maxsize=4)
def _names(entries: tuple[Entry, ...]) -> ProductNames:
    return product_names(entries)
