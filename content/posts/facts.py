"""What a post may be made of: nothing that is not here is said. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from content.ai.types import Passage
from content.messages import Style
from content.payplan import PayPlan


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """A product of the catalogue; its price held on `as_of`. `portions`: in a package, None if it depends."""

    key: str
    name: str
    category: str
    description: str
    price_rub: Decimal
    pv: Decimal
    as_of: date
    supplement: bool
    portions: int | None = None
    keywords: tuple[str, ...] = ()

    @property
    def short_name(self) -> str:
        """«ED Smart» of «ED Smart, коктейль»."""
        return self.name.partition(",")[0].strip()


@dataclass(frozen=True, slots=True)
class Story:
    """What somebody lived, as an operator entered it. `consent`: who allowed to tell it, when and how."""

    text: str
    consent: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A promotion that the company runs; `until` is its real last day."""

    title: str
    terms: str
    until: date


@dataclass(frozen=True, slots=True)
class Advert:
    erid: str
    advertiser: str


@dataclass(frozen=True, slots=True)
class NotAdvert:
    """A named person answers for this post being no advert."""

    declared_by: str


Mark = Advert | NotAdvert


@dataclass(frozen=True, slots=True)
class Author:
    """In whose name a post speaks. Without a voice they take turns."""

    name: str
    style: Style
    voice: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """The pools that a post is made from; of products and passages every post takes its own.

    `idea`: a topic that people liked, which the post may take up.
    """

    author: Author
    products: tuple[ProductFacts, ...] = ()
    passages: tuple[Passage, ...] = ()
    plan: PayPlan | None = None
    story: Story | None = None
    offer: Offer | None = None
    idea: str = ""
