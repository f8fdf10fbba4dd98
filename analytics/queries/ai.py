from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings

from analytics.periods import Period
from analytics.queries.tallies import Whose, by_day, by_partner, tallies
from analytics.reports import ai as reports
from analytics.reports.ai import Ai, roubles
from partners.models import Partner

STATES = ("answered", "unanswered", "refused", "dropped", "open")


@dataclass(frozen=True, slots=True)
class Spending:
    """A partner's questions and roubles of the period; `month`: what is spent of the `cap` of this month."""

    partner_id: int
    slug: str
    name: str
    questions: int
    answered: int
    roubles: Decimal
    month: Decimal
    cap: Decimal


def ai(whose: Whose, period: Period) -> Ai:
    questions, answered, falls, waits, calls = (
        tallies(whose, period, name) for name in ("question", "answered", "fall", "wait", "ai")
    )
    days = reports.by_days(by_day(whose, period, "question"), by_day(whose, period, "ai"))
    return reports.ai(questions, answered, falls, waits, calls, days)


def spending(period: Period, *, today: date) -> Sequence[Spending]:
    """Of every partner who asked or spent something."""
    asked, spent = by_partner(period, "question", STATES), by_partner(period, "spent", ["roubles"])
    month = by_partner(Period(today.replace(day=1), today), "spent", ["roubles"])
    lines = []
    for pk, slug, name, cap in _caps():
        questions = sum(asked[pk, state] for state in STATES)
        of_period, of_month = spent[pk, "roubles"], month[pk, "roubles"]
        if questions or of_period or of_month:
            answered = asked[pk, "answered"]
            lines.append(Spending(pk, slug, name, questions, answered, roubles(of_period), roubles(of_month), cap))
    return sorted(lines, key=lambda line: (-line.roubles, -line.questions, line.partner_id))


def cap_of(partner: Partner) -> Decimal:
    return settings.AI_MONTHLY_CAP if partner.ai_monthly_cap is None else partner.ai_monthly_cap


def _caps() -> Sequence[tuple[int, str, str, Decimal]]:
    return [(one.pk, one.slug, one.name, cap_of(one)) for one in Partner.objects.only("slug", "name", "ai_monthly_cap")]
