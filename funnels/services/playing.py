"""What a simulated bot speaks from: the text that is played, and around it what is in force. Reads only."""

from __future__ import annotations

from content.models import PayPlanVersion, Product
from content.payplan import load_plan
from funnels.facts import PartnerFacts
from funnels.loader import load_funnel
from funnels.models import FunnelVersion
from funnels.schema import Funnel
from funnels.sequence_loader import load_sequence
from funnels.services.presets import consent_texts, phrases
from funnels.services.preview import PARTNER
from funnels.services.script import NothingToSay, product_facts
from funnels.services.sequences import published_sequences, sequences_of
from funnels.services.versions import MAIN, newest
from funnels.stage import World


def world_for(version: FunnelVersion) -> World:
    """Behind a door that shows the version. Raises FileError if its text cannot be read, or NothingToSay."""
    partner = version.partner
    is_sequence = version.kind == FunnelVersion.Kind.SEQUENCE
    played = load_sequence(version.text, str(version)).sequence if is_sequence else None
    sequences = dict(sequences_of(partner_id=partner.pk) if partner else published_sequences(partner_id=None))
    if played is not None:
        sequences[played.key] = played
    stored = PayPlanVersion.objects.first()
    if stored is None:
        raise NothingToSay("No pay plan is in force.")
    return World(
        funnel=_main_funnel(version.partner_id) if is_sequence else load_funnel(version.text, str(version)).funnel,
        sequences=sequences,
        products={product.key: product_facts(product) for product in Product.objects.all()},
        plan=load_plan(stored.text, str(stored)),
        partner=PartnerFacts(partner.name, story=partner.story) if partner else PARTNER,
        country=partner.country if partner else "RU",
        phrases=phrases(),
        consents=consent_texts(),
        begins=played,
    )


def _main_funnel(partner_id: int | None) -> Funnel | None:
    main = newest(key=MAIN, partner_id=partner_id)
    return load_funnel(main.text, str(main)).funnel if main else None
