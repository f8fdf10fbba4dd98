"""Courses and lessons as messages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from content import template
from content.messages import Button, Html, Message, Style
from content.training.courses import Course, Lesson
from content.training.progress import Place, Progress
from funnels.guide_texts import TrainingButton, TrainingTexts
from funnels.panel_words import panel_data

COURSES, COURSE, LESSON, DONE = "training", "course", "lesson", "lesson_done"


def place_data(place: Place) -> str:
    return panel_data(LESSON, place.screen, f"{place.course}.{place.lesson}")


@dataclass(frozen=True, slots=True)
class TrainingView:
    texts: TrainingTexts
    style: Style
    courses: Mapping[str, Course]
    progress: Progress

    def all_courses(self, *, edits: bool = False) -> Message:
        total = sum(len(course.lessons) for course in self.courses.values())
        done = sum(self.progress.learned(course) for course in self.courses.values())
        place = self.progress.following(self.courses)
        text = self.texts.line("courses" if place else "all_learned", self.style, done=str(done), total=str(total))
        rows = [(self._course_button(course),) for course in self.courses.values()]
        first = [(Button(self._label("continue"), place_data(place)),)] if place else []
        return Message(text, buttons=(*first, *rows), edits=edits)

    def course(self, course: Course) -> Message:
        text = self.texts.line(
            "course",
            self.style,
            title=course.title,
            about=self._said(course.about),
            done=str(self.progress.learned(course)),
            total=str(len(course.lessons)),
        )
        rows = [
            (Button(f"{self._mark(course, lesson)}{lesson.title}", place_data(Place(course.key, lesson.key))),)
            for lesson in course.lessons
        ]
        return Message(text, buttons=(*rows, (self._button("back", COURSES),)), edits=True)

    def screen(self, course: Course, lesson: Lesson, number: int) -> Message:
        last = len(lesson.screens) - 1
        page = f" · {number + 1}/{last + 1}" if last else ""
        text = self.texts.line(
            "screen", self.style, title=lesson.title, page=page, text=self._said(lesson.screens[number])
        )
        if number == last:
            text = Html(f"{text}\n\n{self.texts.line('today', self.style, today=self._said(lesson.today))}")
        return Message(text, buttons=(self._turns(course, lesson, number),), edits=True)

    def learned(self, course: Course, lesson: Lesson) -> Message:
        done, total = str(self.progress.learned(course)), str(len(course.lessons))
        text = self.texts.line("learned", self.style, title=lesson.title, done=done, total=total)
        place = self.progress.following(self.courses)
        first = [(Button(self._label("next_lesson"), place_data(place)),)] if place else []
        return Message(text, buttons=(*first, (self._course_button(course),), (self._all_button(),)), edits=True)

    def gone(self) -> Message:
        return Message(self.texts.line("gone", self.style), buttons=((self._all_button(),),), edits=True)

    def _turns(self, course: Course, lesson: Lesson, number: int) -> tuple[Button, ...]:
        place = Place(course.key, lesson.key, number)
        if number:
            back = Button(self._label("previous"), place_data(Place(course.key, lesson.key, number - 1)))
        else:
            back = self._button("back", COURSE, course.key)
        if number < len(lesson.screens) - 1:
            return back, Button(self._label("next"), place_data(Place(course.key, lesson.key, number + 1)))
        if (course.key, lesson.key) in self.progress.done:
            return back, self._button("learned_already", COURSE, course.key)
        return back, self._button("done", DONE, f"{place.course}.{place.lesson}")

    def _course_button(self, course: Course) -> Button:
        text = f"{course.title} · {self.progress.learned(course)} из {len(course.lessons)}"
        return Button(text, panel_data(COURSE, 0, course.key))

    def _mark(self, course: Course, lesson: Lesson) -> str:
        return "✅ " if (course.key, lesson.key) in self.progress.done else ""

    def _all_button(self) -> Button:
        return self._button("courses", COURSES)

    def _said(self, text: str) -> Html:
        return template.render(text, self.style, {})

    def _label(self, name: TrainingButton) -> str:
        return template.label(self.texts.buttons[name], self.style)

    def _button(self, name: TrainingButton, word: str, argument: str = "") -> Button:
        return Button(self._label(name), panel_data(word, 0, argument))
