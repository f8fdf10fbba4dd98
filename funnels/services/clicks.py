"""Tracked links: /r/<token> records the press for its lead and leads on to the partner's own page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer

from funnels.answer_steps import product_of
from funnels.models import Alert, FunnelEvent
from funnels.schema import ProductScreen
from funnels.services.alerts import raise_alert
from funnels.services.scores import rescore
from funnels.services.script import definition
from partners.models import Destination, Lead, Partner

# A browser may ask twice for one press (a reload, a prefetch that became a visit).
SAME_PRESS = timedelta(seconds=10)
TRIGGERS = {"shop": Alert.Trigger.LINK_CLICKED, "registration": Alert.Trigger.REGISTRATION_STARTED}


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a link button stands for. It carries no address: that is looked up when the button is pressed.

    `version` is 0 outside of funnels: `step` is «sequence:step» in a warm-up message, or that of an answer.
    """

    partner_id: int
    lead_id: int
    version: int
    step: str
    slot: str


def _signer() -> Signer:
    return Signer(salt="funnels.clicks")


def tracked_url(tracked: Tracked) -> str:
    fields = [tracked.partner_id, tracked.lead_id, tracked.version, tracked.step, tracked.slot]
    return f"{settings.PUBLIC_URL}/r/{_signer().sign_object(fields)}"


def read_token(token: str) -> Tracked | None:
    """None for a token that we did not sign."""
    try:
        return Tracked(*_signer().unsign_object(token))
    except (BadSignature, ValueError, TypeError):
        return None


def follow(*, tracked: Tracked, counts: bool, now: datetime) -> str:
    """The partner's address behind the link, behind the partner's door; `counts`: record the press.

    Raises Partner.DoesNotExist when the partner is gone.
    """
    product = _product(tracked)
    url = destination(partner_id=tracked.partner_id, slot=tracked.slot, product=product)
    # The lock makes a second request of the same press wait until the first one is recorded.
    lead = _lead(tracked.lead_id) if counts else None
    if lead is not None and _record(tracked, product, now) and lead.erased_at is None:
        rescore(leads=[lead], now=now)
        if trigger := TRIGGERS.get(tracked.slot.partition(".")[0]):
            raise_alert(lead=lead, trigger=trigger, now=now)
    return url


def destination(*, partner_id: int, slot: str, product: str = "") -> str:
    """The most special slot that the partner filled; the last resort is the partner's main shop link."""
    partner = Partner.objects.get(pk=partner_id)
    filled = filled_slots(partner)
    name = f"{slot}.{product}" if product else slot
    while name:
        if name in filled:
            return filled[name]
        name = name.rpartition(".")[0]
    return partner.shop_link


def filled_slots(partner: Partner) -> dict[str, str]:
    slots = dict(Destination.objects.filter(partner=partner).values_list("slot", "url"))
    fixed = {"shop": partner.shop_link, "registration": partner.registration_link}
    return {name: url for name, url in (fixed | slots).items() if url}


def _lead(lead_id: int) -> Lead | None:
    leads = Lead.objects.select_for_update(of=("self",)).select_related("partner", "first_link", "last_link")
    return leads.filter(pk=lead_id).first()


def _product(tracked: Tracked) -> str:
    if not tracked.version:
        return product_of(tracked.step)
    step = definition(tracked.version).steps.get(tracked.step)
    return step.product if isinstance(step, ProductScreen) else ""


def _record(tracked: Tracked, product: str, now: datetime) -> bool:
    clicks = FunnelEvent.objects.filter(
        lead_id=tracked.lead_id,
        kind=FunnelEvent.Kind.LINK_CLICKED,
        step=tracked.step,
        data__slot=tracked.slot,
        at__gt=now - SAME_PRESS,
    )
    if clicks.exists():
        return False
    FunnelEvent.objects.create(
        partner_id=tracked.partner_id,
        lead_id=tracked.lead_id,
        kind=FunnelEvent.Kind.LINK_CLICKED,
        version_id=tracked.version or None,
        step=tracked.step,
        data={"slot": tracked.slot} | ({"product": product} if product else {}),
        at=now,
    )
    return True
