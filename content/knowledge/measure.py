"""How well questions find their documents, and how well what cannot be answered is told. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

Kind = Literal["answerable", "unanswerable", "offtopic", "medical", "injection"]
REFUSED: tuple[Kind, ...] = ("unanswerable", "offtopic", "medical", "injection")
FILES, PASSAGES = 10, 5


class Question(BaseModel):
    """`docs` have a sufficient answer, `evidence` is a quote from the first of them."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    question: Annotated[str, Field(min_length=1, max_length=4_000)]
    kind: Kind
    docs: tuple[str, ...] = ()
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`files` and `passages` in the order in which they were found; the passages as they were written."""

    files: Sequence[str]
    passages: Sequence[str]
    refused: bool
    seconds: float


Ask = Callable[[str], Outcome]


class QuestionError(ValueError):
    """A line that is no question; the text names it and says what to do."""


def questions(text: str) -> Iterator[Question]:
    """From lines of JSON. Raises QuestionError."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield Question.model_validate(json.loads(line))
            except (json.JSONDecodeError, ValidationError):
                sentence = _('Line %(line)s must be a JSON object with "id", "question", "kind", "docs", "evidence".')
                raise QuestionError(sentence % {"line": number}) from None


@dataclass(slots=True)
class Tally:
    first: int = 0
    in_five: int = 0
    reciprocal: float = 0.0
    passage: int = 0
    asked: Counter[Kind] = field(default_factory=Counter)
    refused: Counter[Kind] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def add(self, question: Question, outcome: Outcome) -> None:
        self.asked[question.kind] += 1
        self.refused[question.kind] += outcome.refused
        self.seconds.append(outcome.seconds)
        if question.kind == "answerable":
            rank = _rank(question, outcome)
            self.first += rank == 1
            self.in_five += 0 < rank <= 5
            self.reciprocal += 1 / rank if rank else 0
            evidence = fold(question.evidence)
            self.passage += any(evidence in fold(text) for text in outcome.passages[:PASSAGES])

    def report(self) -> dict[str, object]:
        answerable = self.asked["answerable"]
        right = sum(self.refused[kind] for kind in REFUSED)
        return {
            "questions": self.asked.total(),
            "recall_at_1": _share(self.first, answerable),
            "recall_at_5": _share(self.in_five, answerable),
            "mrr_at_10": _share(self.reciprocal, answerable),
            "passage_at_5": _share(self.passage, answerable),
            "abstention": {
                "precision": _share(right, self.refused.total()),
                "recall": _share(right, sum(self.asked[kind] for kind in REFUSED)),
                "by_kind": {kind: _share(self.refused[kind], self.asked[kind]) for kind in REFUSED},
            },
            "false_refusals": _share(self.refused["answerable"], answerable),
            "latency_ms": {"p50": self._latency(0.5), "p95": self._latency(0.95)},
        }

    def _latency(self, share: float) -> float | None:
        if not self.seconds:
            return None
        return round(sorted(self.seconds)[min(int(len(self.seconds) * share), len(self.seconds) - 1)] * 1_000, 1)


def fold(text: str) -> str:
    return " ".join(text.split())


def measure(asked: Sequence[Question], ask: Ask) -> dict[str, object]:
    tally = Tally()
    for question in asked:
        tally.add(question, ask(question.question))
    return tally.report()


def _rank(question: Question, outcome: Outcome) -> int:
    """A file stands where its best passage stands; 0 if none of them is among the first."""
    files = list(dict.fromkeys(outcome.files))[:FILES]
    return next((rank for rank, file in enumerate(files, 1) if file in question.docs), 0)


def _share(part: float, whole: int) -> float | None:
    """None where nothing of the kind was asked."""
    return round(part / whole, 3) if whole else None
