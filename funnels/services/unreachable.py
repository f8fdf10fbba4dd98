"""A partner whom the bot cannot reach: what they had to hear, the operators hear instead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import F, Q

from content import template
from content.messages import Html, escape
from content.models import OutboxMessage
from funnels.card_text import SOURCE
from funnels.digest_texts import Why
from funnels.services.operators import tell_operators
from funnels.services.presets import digest_texts
from partners.models import Partner

Lane, State = OutboxMessage.Lane, OutboxMessage.State
REFUSALS: dict[str, Why] = {  # as the outbox names them
    "blocked": "blocked",
    "never opened": "never_opened",
    "chat not found": "never_opened",
}
REPEATED = "remind:"  # their keys: the operators have had the card


def tell_instead(*, partner: Partner, lead_id: int | None, key: str, card: Html, why: Why, now: datetime) -> int:
    """The card for the operators; `key` is the one it had for the partner."""
    texts = digest_texts().unreachable
    facts = {"partner": f"{partner.name} ({partner.slug})", "why": texts.why[why]}
    heading = template.render(texts.heading, "vy", {name: escape(value) for name, value in facts.items()})
    text = Html(f"{heading}\n\n{card}")
    return tell_operators(partner_id=partner.pk, key=f"instead:{key}", text=text, now=now, lead_id=lead_id)


def refused(*, reasons: Mapping[int, str], now: datetime) -> None:
    """Outgoing messages that Telegram refused, and why. Behind the operators' door."""
    known = {pk: REFUSALS[reason.casefold()] for pk, reason in reasons.items() if reason.casefold() in REFUSALS}
    if not known:
        return
    lost = OutboxMessage.objects.filter(pk__in=known, lane=Lane.ALERT, state=State.FAILED).select_related("partner")
    # What did not reach a helper has reached the partner, if there is one to reach.
    own = Q(chat_id=F("partner__telegram_id")) | Q(partner__telegram_id=None, source=SOURCE)
    for message in lost.filter(own):
        partner, why = message.partner, known[message.pk]
        if partner.telegram_id is not None:
            Partner.objects.filter(pk=partner.pk).update(unreachable=why)
        if _is_card(message):
            key = message.dedupe_key.removesuffix(f":{message.chat_id}")
            card = Html(message.payload["text"])
            tell_instead(partner=partner, lead_id=message.lead_id, key=key, card=card, why=why, now=now)


def _is_card(message: OutboxMessage) -> bool:
    """Not a repeat of one, and not erased meanwhile."""
    is_new = message.source == SOURCE and not message.dedupe_key.startswith(REPEATED)
    return is_new and bool(message.payload["text"])


def reached(*, partner_id: int, telegram_id: int) -> None:
    """The person has just written to the bot, or unblocked it."""
    silent = Partner.objects.filter(pk=partner_id, telegram_id=telegram_id).exclude(unreachable="")
    silent.update(unreachable="")
