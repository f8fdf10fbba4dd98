"""Questions that nobody has answered yet, put together where they ask the same. Reads only; behind a door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from django.db.models import QuerySet

from content.knowledge.grouping import groups
from content.knowledge.words import words
from funnels.models import Question
from partners.models import Partner

MOST = 2_000  # the newest ones
Order = Literal["people", "newest"]
Outcome = Question.Outcome


@dataclass(frozen=True)
class Group:
    """`questions` ask the same, the oldest first."""

    questions: Sequence[Question]

    @property
    def leader(self) -> Question:
        return self.questions[0]

    @property
    def first(self) -> datetime:
        return self.questions[0].asked_at

    @property
    def last(self) -> datetime:
        return self.questions[-1].asked_at

    @cached_property
    def people(self) -> int:
        return len({(question.partner_id, question.asker_id) for question in self.questions})

    @cached_property
    def partners(self) -> list[Partner]:
        """Those with the most questions first."""
        counted: dict[Partner, int] = {}
        for question in self.questions:
            counted[question.partner] = counted.get(question.partner, 0) + 1
        return sorted(counted, key=lambda partner: (-counted[partner], partner.name))

    @cached_property
    def wordings(self) -> list[str]:
        """Each once, however it is spaced and capitalised."""
        return list({" ".join(words(question.text)): question.text for question in self.questions}.values())


def open_questions(*, partner_id: int | None = None, aside: bool = False) -> QuerySet[Question]:
    """Those in the inbox, or those that were put aside."""
    state = {"outcome": Outcome.ASIDE} if aside else {"settled_at": None}
    rows = Question.objects.filter(state=Question.State.UNANSWERED, **state)
    if partner_id is not None:
        rows = rows.filter(partner_id=partner_id)
    return rows.exclude(text="")


def waiting(*, partner_id: int | None = None, aside: bool = False, order: Order = "people") -> list[Group]:
    rows = open_questions(partner_id=partner_id, aside=aside).select_related("partner")
    newest = list(rows.order_by("-asked_at", "-pk")[:MOST])
    questions = newest[::-1]
    found = [Group([questions[place] for place in group]) for group in groups([row.text for row in questions])]
    found.sort(key=lambda group: (group.last, group.leader.pk), reverse=True)
    if order == "people":
        found.sort(key=lambda group: -group.people)
    return found


def group_of(question_id: int, *, aside: bool = False) -> Group | None:
    """The group that the question stands in now; None if it waits no longer."""
    return next(
        (group for group in waiting(aside=aside) if any(row.pk == question_id for row in group.questions)), None
    )
