"""The form as it is shown: rows of a section, and how far one has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from partners.models import Application
from partners.onboarding.answers import problems_of, shown
from partners.onboarding.sections import SECTIONS, YES, Asked, Section, Words

StepState = Literal["new", "missing", "done"]


@dataclass(frozen=True, slots=True)
class Row:
    asked: Asked
    value: str  # empty for a secret, whatever is stored
    is_stored: bool  # of a secret or a file
    problem: str

    @property
    def choices(self) -> list[tuple[str, Words]]:
        """With what a file told, even if no list of ours has it."""
        listed = list(self.asked.choices)
        known = {value for value, _words in listed}
        return listed if self.value in known else [(self.value, self.value or "—"), *listed]


@dataclass(frozen=True, slots=True)
class Step:
    section: Section
    state: StepState


@dataclass(frozen=True, slots=True)
class Told:
    """A section as it is looked over before it is sent: what was answered, and what is wrong with it."""

    section: Section
    answers: list[tuple[Words, str]]
    problems: list[tuple[Words, str]]


def told_of(application: Application) -> list[Told]:
    problems = problems_of(application)
    return [
        Told(
            section,
            [(asked.label, words) for asked in section.questions if (words := shown(asked, application))],
            [(asked.label, problems[asked.name]) for asked in section.questions if asked.name in problems],
        )
        for section in SECTIONS
    ]


def rows_of(section: Section, application: Application, problems: Mapping[str, str]) -> list[Row]:
    return [_row(asked, application, problems.get(asked.name, "")) for asked in section.questions]


def progress_of(application: Application) -> list[Step]:
    problems = problems_of(application)
    return [Step(section, _state(section, application, problems)) for section in SECTIONS]


def _row(asked: Asked, application: Application, problem: str) -> Row:
    if asked.kind == "secret":
        return Row(asked, "", bool(getattr(application, asked.name)), problem)
    if asked.kind == "file":
        return Row(asked, "", bool(application.private_key), problem)
    if asked.name in application.consents:
        return Row(asked, YES, False, problem)
    return Row(asked, str(application.answers.get(asked.name, "")), False, problem)


def _state(section: Section, application: Application, problems: Mapping[str, str]) -> StepState:
    plain = [asked.name for asked in section.questions if asked.kind not in ("secret", "file")]
    if not all(name in application.answers for name in plain):
        return "new"
    return "missing" if any(asked.name in problems for asked in section.questions) else "done"
