"""«Что изменится»: what documents would change in the answers to the regression set, for pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from content.knowledge.regression import Compared, Line, Outcome, Verdict, tally
from content.queries.regression import Trial, compare, lines
from partners import clock

MOST = 200  # lines, the newest: a page must not take long; `evaluate_answers` asks them all


@dataclass(frozen=True, slots=True)
class Change:
    question: str
    expected: str
    before: str
    after: str
    verdict: str

    @classmethod
    def of(cls, compared: Compared) -> Change:
        line = compared.line
        return cls(
            question=line.text,
            expected=line.title or line.expected,
            before=said(line, compared.before),
            after=said(line, compared.after),
            verdict=compared.verdict,
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """`fresh`: questions that the new document is to answer. `left_out`: lines that were not asked."""

    worse: Sequence[Change]
    better: Sequence[Change]
    fresh: Sequence[tuple[Change, bool]]
    same: int
    left_out: int

    @classmethod
    def of(cls, trials: Sequence[Trial], *, fresh: Sequence[Line] = ()) -> Changes:
        owners = {trial.partner_id for trial in trials}
        owner = owners.pop() if len(owners) == 1 else None
        stored = lines(owner)
        asked = stored[-MOST:]
        compared = compare([*fresh, *asked], trials, today=clock.now().date())
        new, old = compared[: len(fresh)], compared[len(fresh) :]
        return cls(
            worse=[Change.of(one) for one in old if one.verdict is Verdict.WORSE],
            better=[Change.of(one) for one in old if one.verdict is Verdict.BETTER],
            fresh=[(Change.of(one), one.is_right) for one in new],
            same=tally(old)[Verdict.SAME],
            left_out=len(stored) - len(asked),
        )


def said(line: Line, outcome: Outcome) -> str:
    if outcome.refusal:
        return _("refused")
    if outcome.lacking:
        return _("no answer")
    if line.expected != "answer":
        return _("there is an answer")
    rank = outcome.rank(line.document)
    return _("found, place %(rank)s") % {"rank": rank} if rank else _("answers from other documents")
