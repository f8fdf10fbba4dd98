"""A partner whom the bot cannot reach: what they had to hear, the operators hear instead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import F

from content.messages import Html, escape
from content.models import OutboxMessage
from funnels import template
from funnels.card_text import SOURCE
from funnels.digest_texts import Why
from funnels.services.operators import tell_operators
from funnels.services.presets import digest_texts
from partners.models import Partner

BLOCKED, NOT_FOUND = "blocked", "chat not found"  # how the outbox names the refusals
REPEATED = "remind:"  # their keys: the operators have had the card


def tell_instead(*, partner: Partner, lead_id: int, key: str, card: Html, why: Why, now: datetime) -> int:
    """The card for the operators; `key` is the one it had for the partner."""
    texts = digest_texts().unreachable
    facts = {"partner": f"{partner.name} ({partner.slug})", "why": texts.why[why]}
    heading = template.render(texts.heading, "vy", {name: escape(value) for name, value in facts.items()})
    text = Html(f"{heading}\n\n{card}")
    return tell_operators(partner_id=partner.pk, key=f"instead:{key}", text=text, now=now, lead_id=lead_id)


def refused(*, reasons: Mapping[int, str], now: datetime) -> None:
    """Outgoing messages that Telegram refused, and why. Behind the operators' door."""
    known = {pk: why for pk, reason in reasons.items() if (why := _why(reason)) is not None}
    if not known:
        return
    lost = OutboxMessage.objects.filter(
        pk__in=known, lane=OutboxMessage.Lane.ALERT, chat_id=F("partner__telegram_id"), state=OutboxMessage.State.FAILED
    )
    for message in lost.select_related("partner"):
        why = known[message.pk]
        Partner.objects.filter(pk=message.partner_id).update(unreachable=why)
        if message.source == SOURCE and message.lead_id and not message.dedupe_key.startswith(REPEATED):
            card = Html(message.payload["text"])
            tell_instead(
                partner=message.partner, lead_id=message.lead_id, key=message.dedupe_key, card=card, why=why, now=now
            )


def reached(*, partner_id: int, telegram_id: int) -> None:
    """The person has just written to the bot, or unblocked it."""
    silent = Partner.objects.filter(pk=partner_id, telegram_id=telegram_id).exclude(unreachable="")
    silent.update(unreachable="")


def _why(reason: str) -> Why | None:
    if reason == BLOCKED:
        return "blocked"
    return "never_opened" if reason.casefold() == NOT_FOUND else None
