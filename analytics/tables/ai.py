"""The tables of the AI page. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from analytics.periods import Period
from analytics.reports.ai import Ai, Day
from analytics.reports.rates import Rate
from analytics.reports.table import Cell, Column, Kind, Table, table
from analytics.tables.intervals import bounds, interval
from content.ai.troubles import sentence_of

WEEKS_FROM = 92  # days
REASONS: dict[str, Any] = {
    "lacking": _("the documents say too little"),
    "courtesy": _("no question: a greeting, thanks"),
    "passed_on": _("answered, but passed on to the partner"),
    "medical": _("a medical question"),
    "injection": _("tries to change the bot's rules"),
    "offtopic": _("about something else"),
    "too_many": _("too many questions at once"),
    "failed": _("the answer could not be made"),
    "erased": _("the person was erased"),
    "blocked": _("the person has blocked the bot"),
    "taken": _("a person had the dialogue"),
}


@dataclass(frozen=True, slots=True)
class Spent:
    """A partner's; `month` of this month's `cap`."""

    name: str
    address: str
    questions: int
    answered: Rate
    roubles: Decimal
    month: Decimal
    cap: Decimal


def states(report: Ai, names: Mapping[str, Any]) -> Table:
    columns = [
        Column("state", _("What became of it")),
        Column("questions", _("Questions"), Kind.NUMBER),
        Column("share", _("Share"), Kind.RATE),
    ]
    rows: list[Any] = []
    for state, number in report.states.items():
        rows.append([str(capfirst(names.get(state, state))), number, Rate(number, report.questions)])
        of_it = [(reason, count) for (of, reason), count in report.reasons.items() if of == state]
        rows += [[f"— {REASONS.get(reason, reason)}", count, Rate(count, report.questions)] for reason, count in of_it]
    return table("states", _("Questions"), columns, rows, _("Asked on these days; what became of them until now."))


def providers(report: Ai) -> Table:
    columns = [
        Column("provider", _("Provider")),
        Column("answers", _("Answers"), Kind.NUMBER),
        Column("up", "👍", Kind.NUMBER),
        Column("down", "👎", Kind.NUMBER),
        *interval("liked"),
    ]
    rows = [[one.name, one.answers, one.up, one.down, *bounds(one.liked)] for one in report.providers]
    return table("providers", _("Who answered"), columns, rows, _("Share: of 👍 among those who pressed one."))


def falls(report: Ai) -> Table:
    columns = [Column("fall", _("Provider and reason")), Column("questions", _("Questions"), Kind.NUMBER)]
    note = _("How often a provider did not answer, so that the next one was asked.")
    rows = [(_fall(*fall.partition(": ")), questions) for fall, questions in report.falls.items()]
    return table("falls", _("Fall-backs"), columns, rows, note)


def _fall(provider: str, colon: str, trouble: str) -> str:
    return f"{provider}{colon}{sentence_of(trouble)}"


def costs(report: Ai, purposes: Mapping[str, Any]) -> Table:
    columns = [
        Column("purpose", _("What for")),
        Column("provider", _("Provider")),
        Column("calls", _("Calls"), Kind.NUMBER),
        Column("failed", _("Not charged"), Kind.NUMBER),
        Column("tokens_in", _("Tokens in"), Kind.NUMBER),
        Column("tokens_out", _("Tokens out"), Kind.NUMBER),
        Column("roubles", _("Roubles"), Kind.MONEY),
    ]
    rows: list[Any] = [
        [
            str(capfirst(purposes.get(cost.purpose, cost.purpose))),
            cost.provider,
            cost.calls,
            cost.failed,
            cost.tokens_in,
            cost.tokens_out,
            cost.roubles,
        ]
        for cost in report.costs
    ]
    return table("costs", _("What it cost"), columns, rows, _("Charged and perhaps charged calls of these days."))


def days(report: Ai, period: Period) -> Table:
    is_by_week = period.days > WEEKS_FROM
    found = {day.day: day for day in report.days}
    first: Any = _("Week from") if is_by_week else _("Day")
    columns = [
        Column("day", first, Kind.DAY),
        Column("questions", _("Questions"), Kind.NUMBER),
        Column("answered", _("Answered"), Kind.NUMBER),
        Column("roubles", _("Roubles"), Kind.MONEY),
    ]
    rows = [
        _summed(part, [found[day] for day in part if day in found]) for part in period.split(7 if is_by_week else 1)
    ]
    return table("days", _("By week") if is_by_week else _("By day"), columns, rows)


def _summed(part: Period, during: list[Day]) -> list[Any]:
    roubles = sum((day.roubles for day in during), Decimal(0))
    return [part.first, sum(day.questions for day in during), sum(day.answered for day in during), roubles]


def partners(found: Iterable[Spent]) -> Table:
    columns = [
        Column("partner", _("Partner")),
        Column("questions", _("Questions"), Kind.NUMBER),
        Column("answered", _("Answered"), Kind.RATE),
        Column("roubles", _("Roubles"), Kind.MONEY),
        Column("month", _("This month"), Kind.MONEY),
        Column("cap", _("Cap of the month"), Kind.MONEY),
        Column("used", _("Used of it"), Kind.RATE),
    ]
    rows = [
        [
            Cell(one.name, address=one.address),
            one.questions,
            one.answered,
            one.roubles,
            one.month,
            one.cap,
            float(one.month / one.cap) if one.cap else None,
        ]
        for one in found
    ]
    return table("partners", _("By partner"), columns, rows, _("Caps are of the current month, whatever the period."))
