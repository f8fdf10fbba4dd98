"""A new partner's first week: the shape of presets/texts/first_week.yaml, and which day it is. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from funnels.schema import Key, Part, Text

DAYS, TASKS = 7, 3
CELLS = 7  # of the bar
# What the product sees by itself.
Sign = Literal["tried", "story", "link", "group", "post", "lead", "handled"]


class Task(Part):
    """Ticked by the product when it sees the `sign`, or when the lesson («course.lesson») is learned."""

    key: Key
    label: Annotated[str, Field(min_length=1, max_length=36)]
    how: Text
    sign: Sign | None = None
    lesson: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$")] = ""


class Day(Part):
    title: Annotated[str, Field(min_length=1, max_length=60)]
    tasks: Annotated[tuple[Task, ...], Field(min_length=TASKS, max_length=TASKS)]


class FirstWeek(Part):
    format: Literal[1]
    days: Annotated[tuple[Day, ...], Field(min_length=DAYS, max_length=DAYS)]

    @model_validator(mode="after")
    def tasks_differ(self) -> Self:
        if len({task.key for task in self.tasks}) < len(self.tasks):
            raise ValueError("two tasks have the same key")
        return self

    @property
    def tasks(self) -> tuple[Task, ...]:
        return tuple(task for day in self.days for task in day.tasks)

    def is_done(self, done: Collection[str]) -> bool:
        return all(task.key in done for task in self.tasks)

    def counted(self, done: Collection[str]) -> int:
        """Without tasks that the file does not have any more."""
        return sum(task.key in done for task in self.tasks)

    def open_task(self, done: Collection[str]) -> Task | None:
        return next((task for task in self.tasks if task.key not in done), None)

    def day_to_show(self, today: int, done: Collection[str]) -> int:
        """The earliest day up to today with something to do, else today; days are counted from 1."""
        today = min(today, DAYS)
        open_days = (
            number for number, day in enumerate(self.days[:today], 1) if any(task.key not in done for task in day.tasks)
        )
        return next(open_days, today)


def day_number(started_at: datetime, now: datetime, zone: ZoneInfo) -> int:
    """1 on the day of the start, on the partner's own calendar."""
    return max((now.astimezone(zone).date() - started_at.astimezone(zone).date()).days, 0) + 1


def bar(done: int, total: int) -> str:
    """«▓▓▓░░░░»; full only when all is done, empty only when nothing is."""
    cells = done * CELLS // total
    cells = max(cells, 1) if done else 0
    return "▓" * cells + "░" * (CELLS - cells)
