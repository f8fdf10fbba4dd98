"""Short cards about a lead for the partner's own chat with the bot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from content.messages import Html, Message, escape
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from funnels.phrases import Card
from funnels.speech import Voice
from partners.models import Bot, Lead


def tell_partner(
    *, lead: Lead, card: Card, key: str, voice: Voice, variables: Mapping[str, str], now: datetime
) -> bool:
    """False if there is nobody to tell. `key` makes the promise one of a kind; `lead.partner` is read."""
    partner = lead.partner
    bot_id = Bot.objects.filter(partner=partner).values_list("pk", flat=True).first()
    if partner.telegram_id is None or bot_id is None or not partner.lead_notifications:
        return False
    facts = {"person": person(lead), "interest": interest(lead, voice), **variables}
    text = voice.line(voice.phrases.cards[card], facts)
    promised = Promise(partner.telegram_id, key, Message(text), not_before=now, lead_id=lead.pk)
    lane = OutboxMessage.Lane.ALERT
    return promise(partner_id=partner.pk, bot_id=bot_id, lane=lane, promises=[promised], now=now, source="lead") > 0


def person(lead: Lead) -> Html:
    name = escape(" ".join(str(lead).split()))
    return Html(f"<b>{name}</b> @{escape(lead.username)}" if lead.username else f"<b>{name}</b>")


def interest(lead: Lead, voice: Voice) -> Html:
    names = voice.phrases.interests
    known = [names[word] for word in (lead.intent, lead.pain) if word in names]
    return voice.line(voice.phrases.cards["interest"], {"interest": ", ".join(known)}) if known else Html("")
