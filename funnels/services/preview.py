"""The screens of a funnel text as a lead would see them, for the panel. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from content import markup, template
from content.messages import Message, Style
from content.models import PayPlanVersion, Product
from content.payplan import PayPlan, load_plan
from content.template import TemplateError
from funnels.facts import Facts, LeadFacts, PartnerFacts, ProductFacts
from funnels.models import FunnelVersion
from funnels.render import common_variables, render_step, sequence_variables
from funnels.schema import Funnel, PayScreen
from funnels.services.script import product_facts
from partners.models import Partner

Say = Callable[[str, Style], SafeString | str]
STYLES: tuple[Style, ...] = ("ty", "vy")
LEAD = LeadFacts("Мария")
PARTNER = PartnerFacts("Анна Смирнова", story="")


@dataclass(frozen=True, slots=True)
class Bubble:
    style: Style
    html: SafeString | str  # a str is escaped by the template
    buttons: tuple[tuple[str, ...], ...] = ()
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    key: str
    title: str
    bubbles: tuple[Bubble, ...]


@dataclass(frozen=True, slots=True)
class _World:
    products: Mapping[str, ProductFacts]
    plan: PayPlan | None
    partner: PartnerFacts

    def facts(self, style: Style, plan: PayPlan) -> Facts:
        partner = PartnerFacts(self.partner.name, style, self.partner.story)
        return Facts(LEAD, partner, self.products, plan, link=lambda slot, step: "")


def previews(version: FunnelVersion, funnel: Funnel) -> list[Preview]:
    partner = version.partner
    world = _World(
        products={product.key: product_facts(product) for product in Product.objects.all()},
        plan=_newest_plan(),
        partner=PartnerFacts(partner.name, story=partner.story) if partner else PARTNER,
    )
    return [
        Preview(key, step.title or key, tuple(_bubble(funnel, key, style, world) for style in STYLES))
        for key, step in funnel.steps.items()
    ]


def spoken(text: str, partner: Partner, first_name: str = LEAD.first_name) -> SafeString | str:
    """A message of a sequence as a lead of this partner gets it."""
    return spoken_by(partner, first_name)(text, partner.communication_style)  # type: ignore[arg-type]


def spoken_by(who: Partner | PartnerFacts, first_name: str = LEAD.first_name) -> Say:
    """Messages of sequences in this partner's mouth, in either form; one query for all of them."""
    plan = _newest_plan()

    def say(text: str, style: Style) -> SafeString | str:
        partner = PartnerFacts(who.name, style, who.story)
        facts = Facts(LeadFacts(first_name), partner, {}, plan, link=lambda slot, step: "")  # type: ignore[arg-type]
        variables = sequence_variables(facts) if plan else common_variables(facts)
        try:
            return html(Message(template.render(text, style, variables)))
        except TemplateError:
            return text

    return say


def _newest_plan() -> PayPlan | None:
    stored = PayPlanVersion.objects.first()
    return load_plan(stored.text, str(stored)) if stored else None


def _bubble(funnel: Funnel, key: str, style: Style, world: _World) -> Bubble:
    step = funnel.steps[key]
    if world.plan is None and isinstance(step, PayScreen):
        return Bubble(style, step.text)
    try:
        # a screen that is no PayScreen never looks at the plan
        message = render_step(funnel, 0, key, world.facts(style, world.plan))  # type: ignore[arg-type]
    except TemplateError:
        return Bubble(style, step.text)
    buttons = tuple(tuple(button.text for button in row) for row in message.buttons)
    return Bubble(style, html(message), buttons, message.picture)


def html(message: Message) -> SafeString | str:
    """Telegram's few tags are safe for a browser, too, but only when there is nothing else in the text."""
    return str(message.text) if markup.fault(message.text) else mark_safe(message.text)
