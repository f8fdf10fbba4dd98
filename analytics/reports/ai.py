"""What the curator answered, and what AI cost. Pure.

Questions that were asked, and calls that were made, on the days of the period; what became of them until now.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from analytics.asking import PARTS
from analytics.reports.rates import Rate
from analytics.reports.times import quantile

PASSED_ON = "passed_on"  # was answered, but not to the person's liking
Counted = Mapping[tuple[str, str], int]
Daily = Mapping[tuple[date, str, str], int]


@dataclass(frozen=True, slots=True)
class Provider:
    """How many answers it gave, and how they were liked."""

    name: str
    answers: int
    up: int
    down: int

    @property
    def liked(self) -> Rate:
        """Of those who gave a thumb."""
        return Rate(self.up, self.up + self.down)


@dataclass(frozen=True, slots=True)
class Cost:
    purpose: str
    provider: str
    calls: int
    failed: int
    tokens_in: int
    tokens_out: int
    roubles: Decimal


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    questions: int
    answered: int
    roubles: Decimal


@dataclass(frozen=True, slots=True)
class Ai:
    """`states`, `reasons`: of the questions; `falls`: why a provider did not answer, and how often."""

    states: Mapping[str, int]
    reasons: Mapping[tuple[str, str], int]
    providers: tuple[Provider, ...]
    falls: Mapping[str, int]
    median: timedelta | None
    slowest: timedelta | None  # nineteen of twenty were quicker
    costs: tuple[Cost, ...]
    days: tuple[Day, ...]

    @property
    def questions(self) -> int:
        return sum(self.states.values())

    @property
    def answered(self) -> Rate:
        """Also what the person then passed on to the partner."""
        passed_on = self.reasons.get(("unanswered", PASSED_ON), 0)
        return Rate(self.states.get("answered", 0) + passed_on, self.questions)

    @property
    def liked(self) -> Rate:
        up, down = sum(one.up for one in self.providers), sum(one.down for one in self.providers)
        return Rate(up, up + down)

    @property
    def roubles(self) -> Decimal:
        return sum((cost.roubles for cost in self.costs), Decimal(0))

    @property
    def tokens(self) -> int:
        return sum(cost.tokens_in + cost.tokens_out for cost in self.costs)


def ai(
    questions: Counted, answered: Counted, falls: Counted, waits: Counted, calls: Counted, days: tuple[Day, ...]
) -> Ai:
    states: Counter[str] = Counter()
    for (state, _reason), number in questions.items():
        states[state] += number
    waited = {int(bucket): number for (bucket, _aux), number in waits.items()}
    return Ai(
        states=dict(states.most_common()),
        reasons={key: number for key, number in Counter(questions).most_common() if key[1]},
        providers=_providers(answered),
        falls={fall: number for (fall, _aux), number in Counter(falls).most_common()},
        median=quantile(waited, 0.5),
        slowest=quantile(waited, 0.95),
        costs=_costs(calls),
        days=days,
    )


def by_days(questions: Daily, calls: Daily) -> tuple[Day, ...]:
    asked, answered, spent = Counter[date](), Counter[date](), Counter[date]()
    for (day, state, reason), number in questions.items():
        asked[day] += number
        if state == "answered" or reason == PASSED_ON:
            answered[day] += number
    for (day, _key, what), number in calls.items():
        if what == "roubles":
            spent[day] += number
    return tuple(
        Day(day, asked[day], answered[day], roubles(spent[day])) for day in sorted(asked.keys() | spent.keys())
    )


def roubles(parts: int) -> Decimal:
    return Decimal(parts) / PARTS


def _providers(answered: Counted) -> tuple[Provider, ...]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for (provider, thumb), number in answered.items():
        found[provider][thumb] += number
    lines = [Provider(name, thumbs.total(), thumbs["up"], thumbs["down"]) for name, thumbs in found.items()]
    return tuple(sorted(lines, key=lambda line: (-line.answers, line.name)))


def _costs(calls: Counted) -> tuple[Cost, ...]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for (key, what), number in calls.items():
        found[key][what] += number
    lines = []
    for key, of in found.items():
        purpose, _colon, provider = key.partition(":")
        numbers = (of["calls"], of["failed"], of["tokens_in"], of["tokens_out"])
        lines.append(Cost(purpose, provider, *numbers, roubles(of["roubles"])))
    return tuple(sorted(lines, key=lambda line: (-line.roubles, -line.calls, line.purpose, line.provider)))
