"""What a change of the documents does to the questions of the regression set. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Literal

from content.knowledge.enough import Lacking
from content.knowledge.gate import Refusal

Expected = Literal["answer", "nothing", "medical", "injection", "offtopic"]


class Verdict(StrEnum):
    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Line:
    """A question of the set. `document`, where an answer is expected: its number, or that of a trial.

    `partner_id`: whose bot is asked; None for what the whole network's documents say.
    """

    text: str
    expected: str = "answer"
    document: int | None = None
    title: str = ""
    partner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`documents` of the passages that the bot would read, best first, each once."""

    refusal: Refusal | None = None
    lacking: Lacking | None = None
    documents: Sequence[int] = ()

    @property
    def answers(self) -> bool:
        return self.refusal is None and self.lacking is None

    def rank(self, document: int | None) -> int:
        """1 for the first; 0 if it is not among them, or if there is no answer."""
        if not self.answers or document not in self.documents:
            return 0
        return self.documents.index(document) + 1


@dataclass(frozen=True)
class Compared:
    line: Line
    before: Outcome
    after: Outcome

    @cached_property
    def verdict(self) -> Verdict:
        before, after = goodness(self.line, self.before), goodness(self.line, self.after)
        if before == after:
            return Verdict.SAME
        return Verdict.BETTER if after > before else Verdict.WORSE

    @property
    def is_right(self) -> bool:
        """As expected, after the change."""
        return goodness(self.line, self.after)[0] > 0


def goodness(line: Line, outcome: Outcome) -> tuple[int, int]:
    """The greater, the better; (0, …) is wrong. An answer is the better, the nearer its document is to the top."""
    if line.expected == "answer":
        rank = outcome.rank(line.document)
        return int(rank > 0), -rank
    if line.expected == "nothing":
        return int(not outcome.answers), 0
    return int(outcome.refusal == line.expected), int(not outcome.answers)


def tally(compared: Iterable[Compared]) -> Counter[Verdict]:
    return Counter(one.verdict for one in compared)
