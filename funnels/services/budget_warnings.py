"""Partner and operators hear that the budget for AI runs out, once a day or month. Behind the partner's door."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from content.ai.budget import Warned
from content.messages import Html, escape
from content.russian import roubles
from funnels.services.notices import tell_everybody
from partners.models import Partner

NEARLY = _("🔋 <b>%(partner)s: four fifths of the budget for AI are spent.</b>\n%(spent)s of %(cap)s %(period)s.")
EXHAUSTED = _(
    "🪫 <b>%(partner)s: the budget for AI is spent.</b>\n%(spent)s of %(cap)s %(period)s. "
    "The bot goes on answering: with passages of the knowledge base, without a model."
)


def warn(*, partner_id: int, warned: Warned, now: datetime) -> None:
    partner = Partner.objects.get(pk=partner_id)
    tell_everybody(partner=partner, key=warned.key, text=_text(partner, warned), source="budget", now=now)


def _text(partner: Partner, warned: Warned) -> Html:
    facts = {
        "partner": escape(partner.name),
        "spent": roubles(warned.spent),
        "cap": roubles(warned.cap),
        "period": _("today") if warned.period == "day" else _("this month"),
    }
    return Html((EXHAUSTED if warned.exhausted else NEARLY) % facts)
