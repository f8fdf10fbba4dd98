"""The courses of /training, as people write them: content/presets/training. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from content.training.shapes import Key, Part, Said, Title, length, read_folder

LONGEST_SCREEN = 900  # as it is read on a phone without scrolling twice
HEADING = 60  # the title of the lesson and the words round the task of the day


class Lesson(Part):
    """Screens to read one after the other; the last one ends with what to do `today`."""

    key: Key
    title: Title
    screens: Annotated[tuple[Said, ...], Field(min_length=1, max_length=6)]
    today: Said

    @model_validator(mode="after")
    def screens_are_short(self) -> Self:
        last = len(self.screens) - 1
        for number, screen in enumerate(self.screens):
            size = length(screen) + HEADING + (length(self.today) if number == last else 0)
            if size > LONGEST_SCREEN:
                raise ValueError(f"{self.key}: screen {number + 1} is {size - LONGEST_SCREEN} characters too long")
        return self


class Course(Part):
    format: Literal[1]
    number: Annotated[int, Field(ge=1, le=99)]  # its place in the list
    key: Key
    title: Title
    about: Said
    lessons: Annotated[tuple[Lesson, ...], Field(min_length=3, max_length=5)]

    @model_validator(mode="after")
    def lessons_differ(self) -> Self:
        if len({lesson.key for lesson in self.lessons}) < len(self.lessons):
            raise ValueError("two lessons have the same key")
        return self

    def lesson(self, key: str) -> Lesson | None:
        return next((lesson for lesson in self.lessons if lesson.key == key), None)


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, Course]:
    courses = sorted(read_folder("training", Course), key=lambda course: course.number)
    return {course.key: course for course in courses}
