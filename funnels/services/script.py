"""What a partner's bot speaks from: the newest funnel, the partner's facts, the catalogue. Read once in a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import LiteralString

from content.models import PayPlanVersion, Product
from content.payplan import PayPlan, load_plan
from funnels.facts import PartnerFacts, ProductFacts
from funnels.loader import load_funnel
from funnels.models import FunnelVersion
from funnels.schema import Funnel
from funnels.services.versions import MAIN
from partners.fastsql import fetch

# The version is that of `funnels.services.versions.newest`, without its long text.
PARTNER: LiteralString = """
SELECT name, communication_style, story, funnel_enabled, telegram_id,
    ARRAY(SELECT value::bigint FROM jsonb_array_elements_text(admin_telegram_ids)), (
        SELECT v.id FROM funnels_funnelversion v
        WHERE v.kind = 'funnel' AND v.key = %s AND v.status = 'published'
            AND (v.partner_id = partners_partner.id OR v.partner_id IS NULL)
        ORDER BY v.partner_id NULLS LAST, v.number DESC LIMIT 1
    )
FROM partners_partner WHERE id = %s
"""
FRESH = timedelta(seconds=3)  # a change in the admin reaches the bots within this time


class NothingToSay(RuntimeError):
    """The network has no published funnel or no pay plan."""


@dataclass(frozen=True, slots=True)
class Script:
    version: int
    funnel: Funnel
    partner: PartnerFacts
    products: Mapping[str, ProductFacts]
    plan: PayPlan
    funnel_enabled: bool
    owner_id: int | None  # the partner's own Telegram id
    panel_ids: frozenset[int]  # theirs and the helpers': for them the bot has a panel
    read_at: datetime


@dataclass(frozen=True, slots=True)
class _Network:
    """What is the same for all bots of this process: read by whoever comes first, not by each of them."""

    products: Mapping[str, ProductFacts]
    plan: PayPlan
    read_at: datetime


_scripts: dict[int, Script] = {}
_network: _Network | None = None


def script_for(*, partner_id: int, now: datetime) -> Script:
    """Behind the partner's door. Raises NothingToSay."""
    script = _scripts.get(partner_id)
    if script is None or not _is_fresh(script.read_at, now):
        script = _scripts[partner_id] = _read(partner_id, now)
    return script


def forget_script(partner_id: int) -> None:
    """Whoever has just changed the partner sees it at once, other processes in a while."""
    _scripts.pop(partner_id, None)


def forget_scripts() -> None:
    _scripts.clear()
    forget_network()
    definition.cache_clear()


def forget_network() -> None:
    global _network
    _network = None


def _is_fresh(read_at: datetime, now: datetime) -> bool:
    return read_at <= now < read_at + FRESH


@lru_cache(maxsize=256)
def definition(version_id: int) -> Funnel:
    """A published version never changes, so it is read and parsed once."""
    version = FunnelVersion.objects.get(pk=version_id)
    return load_funnel(version.text, str(version)).funnel


def _read(partner_id: int, now: datetime) -> Script:
    [(name, style, story, enabled, owner_id, helper_ids, version)] = fetch(PARTNER, [MAIN, partner_id])
    if version is None:
        raise NothingToSay("No funnel is published. Publish one in the admin, or run: manage.py load_demo")
    network = _of_network(now)
    return Script(
        version=version,
        funnel=definition(version),
        partner=PartnerFacts(name, style, story),
        products=network.products,
        plan=network.plan,
        funnel_enabled=enabled,
        owner_id=owner_id,
        panel_ids=frozenset(filter(None, (owner_id, *helper_ids))),
        read_at=network.read_at,
    )


def _of_network(now: datetime) -> _Network:
    global _network
    if _network is None or not _is_fresh(_network.read_at, now):
        _network = _read_network(now)
    return _network


def _read_network(now: datetime) -> _Network:
    plan = PayPlanVersion.objects.filter(valid_from__lte=now.date()).first()
    if plan is None:
        raise NothingToSay("No pay plan is in force. Add one in the admin, or run: manage.py load_demo")
    products = {product.key: product_facts(product) for product in Product.objects.all()}
    return _Network(products, _plan(plan.text, str(plan)), now)


@lru_cache(maxsize=16)
def _plan(text: str, name: str) -> PayPlan:
    return load_plan(text, name)


def product_facts(product: Product) -> ProductFacts:
    return ProductFacts(
        key=product.key,
        name=product.name,
        category=product.category,
        price_rub=product.price_rub,
        portions=product.portions,
        pv=product.pv,
        as_of=product.as_of,
        picture=product.picture.name or "",
        is_supplement=product.supplement,
    )
