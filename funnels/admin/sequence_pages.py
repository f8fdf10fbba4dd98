"""What the pages about the progress of the sequences show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from content.outbox.tally import Tally, tally
from funnels import progress
from funnels.experiments import Arm, Comparison, compare
from funnels.models import Enrollment, SequencePause
from funnels.progress import Cohort, Got, Totals
from funnels.sequence_pace import day_of, plan
from funnels.sequence_schema import Sequence, SequenceStep
from funnels.services.overrides import State, own_texts, state_of
from funnels.services.pauses import SOURCE
from funnels.services.sequences import published_sequences
from partners import clock
from partners.access import membership_of, sees_all_partners
from partners.models import Partner

PERIODS = (7, 30, 90)
WHOLE = 1_000  # the width of a bar


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


def _partner(pk: str) -> Partner:
    found = Partner.objects.filter(pk=int(pk)).first() if pk.isascii() and pk.isdecimal() and len(pk) < 18 else None
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class Bar:
    """Of WHOLE: how wide each part is."""

    finished: int
    running: int
    left: int

    @classmethod
    def of(cls, totals: Totals) -> Bar:
        return cls(*(share(part, totals.entered) for part in (totals.finished, totals.running, totals.left)))

    @property
    def running_from(self) -> int:
        return self.finished

    @property
    def left_from(self) -> int:
        return self.finished + self.running


@dataclass(frozen=True, slots=True)
class Row:
    """A sequence in the list. `resting`: with how many partners it is paused."""

    key: str
    title: str
    totals: Totals
    bar: Bar
    resting: int


@dataclass(frozen=True, slots=True)
class StepRow:
    number: int
    step: SequenceStep
    day: int
    clock: datetime
    standing: int
    got: Got
    got_bar: int
    own: State | None


@dataclass(frozen=True, slots=True)
class Share:
    name: Any
    people: int
    bar: int
    rate: float


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


def share(part: int, whole: int) -> int:
    return round(WHOLE * part / whole) if whole else 0


def overview(scope: Scope) -> dict[str, Any]:
    found, sequences = progress.totals(scope.cohort), published_sequences(partner_id=scope.partner_id)
    resting = _resting(scope)
    keys = [*sequences, *sorted(found.keys() - sequences.keys())]
    rows = [
        Row(
            key,
            sequences[key].title if key in sequences else key,
            found[key],
            Bar.of(found[key]),
            resting.get(key, 0),
        )
        for key in keys
    ]
    return {"rows": rows, **_chosen(scope)}


def _resting(scope: Scope) -> dict[str, int]:
    pauses = SequencePause.objects.order_by()
    if scope.partner_id is not None:
        pauses = pauses.filter(partner_id=scope.partner_id)
    return dict(pauses.values_list("sequence").annotate(Count("pk")))


def _chosen(scope: Scope) -> dict[str, Any]:
    partners = Partner.objects.order_by("name").values_list("pk", "name") if scope.may_choose else []
    return {"scope": scope, "partners": list(partners), "periods": PERIODS, "whole": WHOLE}


def detail(scope: Scope, key: str) -> dict[str, Any]:
    """Raises Http404 for a sequence that nobody has published."""
    sequence = published_sequences(partner_id=scope.partner_id).get(key)
    if sequence is None:
        raise Http404
    totals = progress.totals(scope.cohort)[key]
    pauses = SequencePause.objects.filter(sequence=key).select_related("partner").order_by("partner__name")
    if scope.partner_id is not None:
        pauses = pauses.filter(partner_id=scope.partner_id)
    return {
        "sequence": sequence,
        "totals": totals,
        "bar": Bar.of(totals),
        "steps": _steps(scope, sequence, totals),
        "gone": totals.standing.total() - sum(totals.standing[step.key] for step in sequence.steps),
        "reasons": _reasons(totals),
        "conversions": _conversions(totals),
        "trials": _trials(scope, sequence),
        "pauses": list(pauses[:20]),
        "sent": _sent(scope, key),
        **_chosen(scope),
    }


def _steps(scope: Scope, sequence: Sequence, totals: Totals) -> list[StepRow]:
    got = progress.got(sequence.key, scope.cohort)
    own = own_texts(partner_id=scope.partner_id, sequence=sequence.key) if scope.partner_id else {}
    rows = []
    for number, (step, moment) in enumerate(zip(sequence.steps, plan(sequence), strict=True), 1):
        prepared = got.get(step.key, Got())
        state = state_of(own[step.key], step) if step.key in own else None
        bar = share(prepared.sent, totals.entered)
        rows.append(StepRow(number, step, day_of(moment), moment, totals.standing[step.key], prepared, bar, state))
    return rows


def _reasons(totals: Totals) -> list[Share]:
    names = dict(Enrollment.Exit.choices)
    return [_share(names.get(reason, reason), people, totals.left) for reason, people in totals.reasons.most_common()]


def _conversions(totals: Totals) -> list[Share]:
    converted = totals.converted
    named = (
        (_("followed a link to order or to register"), converted.clicked),
        (_("left a contact"), converted.contact),
        (_("ordered or registered, by the partner's mark"), converted.ordered),
        (_("at least one of it"), converted.any),
    )
    return [_share(name, people, totals.entered) for name, people in named]


def _share(name: Any, people: int, whole: int) -> Share:
    return Share(name, people, share(people, whole), people / whole if whole else 0.0)


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
