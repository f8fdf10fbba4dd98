"""Partner and operators hear that the budget for AI runs out, once a day or month. Behind the partner's door."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from content.ai.budget import Warned
from content.messages import Html, Message, escape
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from content.russian import roubles
from funnels.services.alerts import readers_of
from funnels.services.operators import tell_operators
from partners.models import Bot, Partner

NEARLY = _("🔋 <b>%(partner)s: four fifths of the budget for AI are spent.</b>\n%(spent)s of %(cap)s %(period)s.")
EXHAUSTED = _(
    "🪫 <b>%(partner)s: the budget for AI is spent.</b>\n%(spent)s of %(cap)s %(period)s. "
    "The bot goes on answering: with passages of the knowledge base, without a model."
)


def warn(*, partner_id: int, warned: Warned, now: datetime) -> None:
    partner = Partner.objects.get(pk=partner_id)
    text = _text(partner, warned)
    tell_operators(partner_id=partner_id, key=warned.key, text=text, now=now)
    bot_id = Bot.objects.filter(partner_id=partner_id).values_list("pk", flat=True).first()
    if bot_id is None:
        return
    promises = [Promise(chat, f"{warned.key}:{chat}", Message(text), not_before=now) for chat in readers_of(partner)]
    lane = OutboxMessage.Lane.ALERT
    promise(partner_id=partner_id, bot_id=bot_id, lane=lane, promises=promises, now=now, source="budget")


def _text(partner: Partner, warned: Warned) -> Html:
    facts = {
        "partner": escape(partner.name),
        "spent": roubles(warned.spent),
        "cap": roubles(warned.cap),
        "period": _("today") if warned.period == "day" else _("this month"),
    }
    return Html((EXHAUSTED if warned.exhausted else NEARLY) % facts)
