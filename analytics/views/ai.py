from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.periods import Period
from analytics.queries import ai as queries
from analytics.queries.ai import Spending
from analytics.queries.tallies import Whose, tallies
from analytics.reports.ai import roubles
from analytics.reports.charts import chart
from analytics.reports.rates import Rate
from analytics.reports.table import Table
from analytics.tables import ai as shown
from analytics.views.asked import Asked
from analytics.views.pages import Page
from content.models import AiUse
from funnels.models import Question
from partners.models import Partner

STATES: dict[str, Any] = {**dict(Question.State.choices), "open": _("being answered")}


def page(asked: Asked) -> Page:
    report = queries.ai(asked.whose, asked.period)
    days = shown.days(report, asked.period)
    tables = [
        shown.states(report, STATES),
        shown.providers(report),
        shown.falls(report),
        shown.costs(report, dict(AiUse.Purpose.choices)),
        days,
    ]
    if asked.partner is None:
        tables.append(_partners(asked))
    context = {
        "report": report,
        "chart": chart(days, "line", "day", ("questions", "answered")),
        "costs_chart": chart(days, "bar", "day", ("roubles",), _("Roubles")),
        "budget": _budget(asked, asked.partner) if asked.partner else None,
    }
    return Page("ai", _("AI"), tuple(tables), context)


def _partners(asked: Asked) -> Table:
    spent = queries.spending(asked.period, today=asked.today)
    return shown.partners(_spent(one, asked) for one in spent)


def _spent(one: Spending, asked: Asked) -> shown.Spent:
    answered = Rate(one.answered, one.questions)
    address = asked.query(partner=one.slug)
    return shown.Spent(one.name, address, one.questions, answered, one.roubles, one.month, one.cap)


def _budget(asked: Asked, partner: Partner) -> dict[str, Any]:
    """What is spent of the cap of this month."""
    month = Period(asked.today.replace(day=1), asked.today)
    return {
        "spent": roubles(tallies(Whose(partner.pk), month, "spent")["roubles", ""]),
        "cap": queries.cap_of(partner),
    }
