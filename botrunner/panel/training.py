"""/training: for the partner and every helper on their own account."""

from __future__ import annotations

from botrunner.panel.visit import Commands, Messages, Presses, Visit
from content.queries.training import progress_of
from content.services.training import finish_lesson, open_screen
from content.training.courses import Course, Lesson, shipped
from content.training.progress import Place
from funnels.panel_words import PanelCommand, PanelPress
from funnels.services.presets import training_texts
from funnels.training_view import COURSE, COURSES, DONE, LESSON, TrainingView


def command(visit: Visit, _command: PanelCommand) -> Messages:
    return (_view(visit).all_courses(),)


def courses(visit: Visit, _press: PanelPress) -> Messages:
    return (_view(visit).all_courses(edits=True),)


def course(visit: Visit, press: PanelPress) -> Messages:
    view, found = _view(visit), shipped().get(press.argument)
    return (view.course(found) if found else view.gone(),)


def lesson(visit: Visit, press: PanelPress) -> Messages:
    found = _lesson(press)
    if found is None or press.id >= len(found[1].screens):
        return (_view(visit).gone(),)
    open_screen(
        partner_id=visit.partner_id, telegram_id=visit.telegram_id, place=_place(*found, press.id), now=visit.now
    )
    return (_view(visit).screen(*found, press.id),)


def done(visit: Visit, press: PanelPress) -> Messages:
    found = _lesson(press)
    if found is None:
        return (_view(visit).gone(),)
    finish_lesson(partner_id=visit.partner_id, telegram_id=visit.telegram_id, place=_place(*found), now=visit.now)
    return (_view(visit).learned(*found),)


def _view(visit: Visit) -> TrainingView:
    progress = progress_of(partner_id=visit.partner_id, telegram_id=visit.telegram_id)
    return TrainingView(training_texts(), visit.script.partner.style, shipped(), progress)


def _lesson(press: PanelPress) -> tuple[Course, Lesson] | None:
    """None for one that is not in the files any more."""
    course_key, _dot, key = press.argument.partition(".")
    course = shipped().get(course_key)
    lesson = course.lesson(key) if course else None
    return (course, lesson) if course and lesson else None


def _place(course: Course, lesson: Lesson, screen: int | None = None) -> Place:
    return Place(course.key, lesson.key, len(lesson.screens) - 1 if screen is None else screen)


COMMANDS: Commands = {"/training": command}
PRESSES: Presses = {COURSES: courses, COURSE: course, LESSON: lesson, DONE: done}
