"""What the pages about sequences show: pauses, texts, texts on trial. How far people come is told by the statistics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import Http404, HttpRequest

from content.outbox.tally import Tally, tally
from funnels import progress
from funnels.experiments import Arm, Comparison, compare
from funnels.models import SequencePause
from funnels.progress import Cohort
from funnels.sequence_pace import day_of, plan
from funnels.sequence_schema import Sequence, SequenceStep
from funnels.services.overrides import State, own_texts, state_of
from funnels.services.pauses import SOURCE
from funnels.services.sequences import published_sequences
from partners import clock
from partners.access import membership_of, sees_all_partners
from partners.models import Partner

PERIODS = (7, 30, 90)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose leads the page is about, and since when: an operator chooses, a partner sees the own ones."""

    partner: Partner | None
    days: int | None
    may_choose: bool

    @classmethod
    def of(cls, request: HttpRequest) -> Scope:
        """Raises Http404 for a partner who is not there, or not for this login."""
        asked = request.GET.get("days", "")
        days = int(asked) if asked in map(str, PERIODS) else None
        if sees_all_partners(request.user):
            chosen = request.GET.get("partner", "")
            return cls(_partner(chosen) if chosen else None, days, may_choose=True)
        membership = membership_of(request.user)
        assert membership is not None  # or there was no way in
        return cls(_partner(str(membership.partner_id)), days, may_choose=False)

    @property
    def partner_id(self) -> int | None:
        return self.partner.pk if self.partner else None

    @property
    def cohort(self) -> Cohort:
        return Cohort(self.partner_id, clock.now() - timedelta(days=self.days) if self.days else None)

    @property
    def query(self) -> str:
        chosen = {"partner": self.partner_id if self.may_choose else None, "days": self.days}
        return "?" + urlencode({name: value for name, value in chosen.items() if value})

    def numbers(self, sequence: str) -> str:
        """The query of the page of statistics about it."""
        whose = {"partner": self.partner.slug} if self.partner and self.may_choose else {}
        return "?" + urlencode(whose | {"period": "quarter", "sequence": sequence})


def _partner(pk: str) -> Partner:
    found = Partner.objects.filter(pk=int(pk)).first() if pk.isascii() and pk.isdecimal() and len(pk) < 18 else None
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """A sequence in the list. `resting`: with how many partners it is paused; `numbers`: what the statistics ask."""

    key: str
    title: str
    resting: int
    numbers: str


@dataclass(frozen=True, slots=True)
class StepRow:
    number: int
    step: SequenceStep
    day: int
    clock: datetime
    own: State | None


@dataclass(frozen=True, slots=True)
class Trial:
    """`least`: how many people have seen the text that the fewest have seen."""

    step: SequenceStep
    arms: list[Arm]
    texts: dict[str, str]
    results: list[Comparison]

    @property
    def rows(self) -> list[tuple[Arm, str, Comparison | None]]:
        results = {result.arm.key: result for result in self.results}
        return [(arm, self.texts[arm.key], results.get(arm.key)) for arm in self.arms]


def overview(scope: Scope) -> dict[str, Any]:
    resting = _resting(scope)
    rows = [
        Row(key, sequence.title, resting.get(key, 0), scope.numbers(key))
        for key, sequence in published_sequences(partner_id=scope.partner_id).items()
    ]
    return {"rows": rows, **_chosen(scope)}


def _resting(scope: Scope) -> dict[str, int]:
    pauses = SequencePause.objects.order_by()
    if scope.partner_id is not None:
        pauses = pauses.filter(partner_id=scope.partner_id)
    return dict(pauses.values_list("sequence").annotate(Count("pk")))


def _chosen(scope: Scope) -> dict[str, Any]:
    partners = Partner.objects.order_by("name").values_list("pk", "name") if scope.may_choose else []
    return {"scope": scope, "partners": list(partners), "periods": PERIODS}


def detail(scope: Scope, key: str) -> dict[str, Any]:
    """Raises Http404 for a sequence that nobody has published."""
    sequence = published_sequences(partner_id=scope.partner_id).get(key)
    if sequence is None:
        raise Http404
    pauses = SequencePause.objects.filter(sequence=key).select_related("partner").order_by("partner__name")
    if scope.partner_id is not None:
        pauses = pauses.filter(partner_id=scope.partner_id)
    return {
        "sequence": sequence,
        "numbers": scope.numbers(key),
        "steps": _steps(scope, sequence),
        "trials": _trials(scope, sequence),
        "pauses": list(pauses[:20]),
        "sent": _sent(scope, key),
        **_chosen(scope),
    }


def _steps(scope: Scope, sequence: Sequence) -> list[StepRow]:
    own = own_texts(partner_id=scope.partner_id, sequence=sequence.key) if scope.partner_id else {}
    return [
        StepRow(number, step, day_of(moment), moment, state_of(own[step.key], step) if step.key in own else None)
        for number, (step, moment) in enumerate(zip(sequence.steps, plan(sequence), strict=True), 1)
    ]


def _trials(scope: Scope, sequence: Sequence) -> list[Trial]:
    return [_trial(scope, sequence, step) for step in sequence.steps if step.variants]


def _trial(scope: Scope, sequence: Sequence, step: SequenceStep) -> Trial:
    shown = progress.trial(sequence.key, step.key, scope.cohort)
    texts = {"a": step.text} | {variant.key: variant.text for variant in step.variants}
    arms = [shown.get(key, Arm(key, 0, 0)) for key in sorted(texts)]
    return Trial(step, arms, texts, compare(arms))


def _sent(scope: Scope, key: str) -> Tally | None:
    """What became of the messages; the outbox knows it for one partner."""
    return tally(partner_id=scope.partner_id, source=f"{SOURCE}{key}") if scope.partner_id else None
