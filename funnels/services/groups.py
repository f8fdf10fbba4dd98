"""What the bot says in a partner's group."""

from __future__ import annotations

from datetime import datetime

from content import template
from content.messages import Button, Message
from funnels.facts import Facts, LeadFacts
from funnels.render import render_notice
from funnels.services.script import script_for


def invitation(*, partner_id: int, username: str, now: datetime) -> tuple[Message, ...]:
    """Answers to whoever speaks to the bot: questions are answered in private, where nobody else reads them."""
    script = script_for(partner_id=partner_id, now=now)
    notices = script.funnel.notices
    facts = Facts(LeadFacts(), script.partner, script.products, script.plan, link=lambda slot, step: "")
    text = render_notice(notices.group, facts).text
    label = template.label(notices.group_button, script.partner.style)
    return (Message(text, buttons=((Button(label, url=f"https://t.me/{username}?start=group"),),)),)
