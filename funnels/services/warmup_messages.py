"""A step of a sequence as the message that one lead gets, with links that are counted."""

from __future__ import annotations

from content.messages import Message
from funnels import warmup_message
from funnels.facts import Facts, LeadFacts
from funnels.sequence_schema import SequenceStep
from funnels.services.clicks import Tracked, tracked_url
from funnels.services.presets import phrases
from funnels.services.script import Script
from partners.models import Lead


def compose(
    *, script: Script, lead: Lead, sequence: str, step: SequenceStep, text: str, may_ask_contact: bool
) -> Message:
    """`text` is the lead's variant of the step's."""

    def link(slot: str, where: str) -> str:
        return tracked_url(Tracked(lead.partner_id, lead.pk, 0, where, slot))

    return warmup_message.compose(
        facts=Facts(LeadFacts(lead.first_name), script.partner, script.products, script.plan, link),
        phrases=phrases(),
        sequence=sequence,
        step=step,
        text=text,
        may_ask_contact=may_ask_contact,
    )
