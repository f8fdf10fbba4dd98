"""How far somebody is, and where to go on. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from content.training.courses import Course


@dataclass(frozen=True, slots=True)
class Place:
    course: str
    lesson: str
    screen: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` are pairs of course and lesson; `last` is where somebody read last."""

    done: Collection[tuple[str, str]] = frozenset()
    last: Place | None = None

    def learned(self, course: Course) -> int:
        return sum((course.key, lesson.key) in self.done for lesson in course.lessons)

    def following(self, courses: Mapping[str, Course]) -> Place | None:
        """The screen that was left, else the next lesson that is not done; None: all is learned."""
        last = self.last
        if last and self._is_open(courses, last):
            return last
        order = [(course.key, lesson.key) for course in courses.values() for lesson in course.lessons]
        at = next((at for at, key in enumerate(order) if last and key == (last.course, last.lesson)), 0)
        return next((Place(*key) for key in order[at:] + order[:at] if key not in self.done), None)

    def _is_open(self, courses: Mapping[str, Course], place: Place) -> bool:
        """Files change: a lesson may be gone, or have become shorter."""
        course = courses.get(place.course)
        lesson = course.lesson(place.lesson) if course else None
        return bool(lesson and place.screen < len(lesson.screens) and (place.course, place.lesson) not in self.done)
