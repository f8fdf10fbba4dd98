"""The links that go with an answer, and the answer of links alone: the shape of presets/texts/instant.yaml. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Self, get_args

from pydantic import model_validator

from content import template
from content.ai.types import Slot
from content.markup import shorten
from content.messages import Button, Html, Message
from funnels.facts import PartnerFacts, ProductFacts
from funnels.instant import Wanted, wanted
from funnels.product_names import ProductNames
from funnels.render import product_variables
from funnels.schema import Label, Part, Text
from funnels.variables import SUPPLEMENT_NOTE

Say = Literal["product", "prices", "registration", "no_registration", "shop"]
ButtonName = Literal["order", "register", "shop"]
SlotName = Literal["shop_link", "registration_link"]
Rows = tuple[tuple[Button, ...], ...]
LONGEST_LABEL = 40
CART = "🛒"


class InstantTexts(Part):
    format: Literal[1]
    say: dict[Say, Text]
    buttons: dict[ButtonName, Label]
    links: dict[SlotName, Label]

    @model_validator(mode="after")
    def nothing_is_missing(self) -> Self:
        for name, keys in {"say": Say, "buttons": ButtonName, "links": SlotName}.items():
            if missing := set(get_args(keys)) - set(getattr(self, name)):
                raise ValueError(f"{name}: {', '.join(sorted(missing))} missing")
        return self


@dataclass(frozen=True, slots=True)
class InstantLinks:
    """One partner's links under one answer. `link` gives the address of a slot: (slot, product or "") -> URL."""

    texts: InstantTexts
    partner: PartnerFacts
    products: Mapping[str, ProductFacts]
    names: ProductNames
    link: Callable[[str, str], str]
    has_registration: bool = True  # else that slot leads to the shop

    def wanted(self, text: str) -> Wanted:
        return wanted(text, self.names)

    def slots(self) -> dict[str, Slot]:
        """What `{shop_link}` and `{registration_link}` of a document become."""
        shop = Slot(self.link("shop", ""), self._label(self.texts.links["shop_link"]))
        registration = Slot(self.link("registration", ""), self._label(self.texts.links["registration_link"]))
        return {"shop_link": shop, "registration_link": registration if self.has_registration else shop}

    def buttons(self, wanted: Wanted) -> Rows:
        """Rows to stand under an answer; none if nothing is wanted."""
        rows = [self._order(self.products[key], alone=len(wanted.products) == 1) for key in wanted.products]
        registers = wanted.registration and self.has_registration
        if registers:
            rows.append(self._button("register", "registration"))
        if wanted.shop or (wanted.registration and not registers and not wanted.products):
            rows.append(self._button("shop", "shop"))
        return tuple((button,) for button in rows)

    def card(self, wanted: Wanted) -> Message:
        """The whole answer to a text that names a product or asks for a link, and says nothing else."""
        products = [self.products[key] for key in wanted.products]
        parts = [self._product(product) for product in products]
        if products:
            parts.append(self._say("prices"))
        if wanted.registration:
            parts.append(self._say("registration" if self.has_registration else "no_registration"))
        if wanted.shop:
            parts.append(self._say("shop"))
        picture = products[0].picture if len(products) == 1 else ""
        return Message(Html("\n\n".join(parts)), buttons=self.buttons(wanted), picture=picture)

    def _product(self, product: ProductFacts) -> Html:
        html = self._say("product", product_variables(product))
        return Html(f"{html}\n<i>{SUPPLEMENT_NOTE}</i>") if product.is_supplement else html

    def _order(self, product: ProductFacts, *, alone: bool) -> Button:
        label = self._label(self.texts.buttons["order"]) if alone else f"{CART} {product.name}"
        return Button(shorten(label, LONGEST_LABEL), url=self.link("shop", product.key))

    def _button(self, name: ButtonName, slot: str) -> Button:
        return Button(self._label(self.texts.buttons[name]), url=self.link(slot, ""))

    def _say(self, key: Say, variables: Mapping[str, str] | None = None) -> Html:
        name = " ".join(self.partner.name.split())[:80]
        return template.render(self.texts.say[key], self.partner.style, {"partner_name": name, **(variables or {})})

    def _label(self, text: str) -> str:
        return template.label(text, self.partner.style)
