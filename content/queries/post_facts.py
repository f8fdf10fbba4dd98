"""What posts may be made of, from the catalogue, the knowledge base and the pay plan. Behind the partner's door."""

from __future__ import annotations

from datetime import date

from content.ai.types import Passage
from content.models import Chunk, Document, PayPlanVersion, Product
from content.payplan import PayPlan, load_plan
from content.posts.facts import Author, Facts, Offer, ProductFacts, Story
from content.posts.kinds import PostType


def post_facts(
    kind: PostType,
    author: Author,
    *,
    today: date,
    story: Story | None = None,
    offer: Offer | None = None,
    idea: str = "",
) -> Facts:
    """For posts of this type: the network's documents and the partner's own, those that are live."""
    return Facts(
        author=author,
        products=catalogue() if "product" in kind.facts or "passage" in kind.facts else (),
        passages=_passages(kind.categories, today) if "passage" in kind.facts else (),
        plan=_plan(today) if "plan" in kind.facts else None,
        story=story,
        offer=offer,
        idea=idea,
    )


def catalogue() -> tuple[ProductFacts, ...]:
    return tuple(product_facts(product) for product in Product.objects.filter(active=True))


def product_facts(product: Product) -> ProductFacts:
    return ProductFacts(
        key=product.key,
        name=product.name,
        category=product.category,
        description=product.description,
        price_rub=product.price_rub,
        pv=product.pv,
        as_of=product.as_of,
        supplement=product.supplement,
        portions=product.portions,
        keywords=tuple(product.keywords),
    )


def _passages(categories: tuple[str, ...], today: date) -> tuple[Passage, ...]:
    live = Document.objects.live(today).filter(category__in=categories)
    rows = Chunk.objects.filter(document__in=live).order_by("document", "position")
    return tuple(Passage(*row) for row in rows.values_list("document__title", "readable", "document__as_of"))


def _plan(today: date) -> PayPlan | None:
    stored = PayPlanVersion.objects.filter(valid_from__lte=today).first()
    return load_plan(stored.text, str(stored)) if stored else None
