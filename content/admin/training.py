"""Who has learned what. Nothing is changed here: people learn in their bots."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display

from content.models import LessonProgress
from content.training.courses import Lesson, shipped
from partners import clock
from partners.admin.base import ReadOnlyAdmin
from partners.templatetags.panel import ago

HELPER = _("partner's helper")


class CourseFilter(admin.SimpleListFilter):
    title = _("course")
    parameter_name = "course"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(course.key, course.title) for course in shipped().values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LessonProgress]) -> QuerySet[LessonProgress]:
        return queryset.filter(course=self.value()) if self.value() else queryset


@admin.register(LessonProgress)
class LessonProgressAdmin(ReadOnlyAdmin):
    list_display = ("partner", "who", "course_title", "lesson_title", "shown_state", "opened")
    list_display_links = None
    list_select_related = ("partner",)
    list_filter = (("partner", AutocompleteSelectFilter), CourseFilter, ("done_at", admin.EmptyFieldListFilter))
    search_fields = ("partner__name", "telegram_id")
    ordering = ("-opened_at", "-pk")

    @display(description=_("who"))
    def who(self, progress: LessonProgress) -> str:
        is_partner = progress.telegram_id == progress.partner.telegram_id
        return str(_("partner")) if is_partner else f"{HELPER} {progress.telegram_id}"

    @display(description=_("course"), ordering="course")
    def course_title(self, progress: LessonProgress) -> str:
        course = shipped().get(progress.course)
        return course.title if course else progress.course

    @display(description=_("lesson"))
    def lesson_title(self, progress: LessonProgress) -> str:
        lesson = _lesson(progress)
        return lesson.title if lesson else progress.lesson

    @display(description=_("state"), ordering="done_at", label={"learned": "success", "reading": "info"})
    def shown_state(self, progress: LessonProgress) -> tuple[str, str]:
        if progress.done_at is not None:
            return "learned", str(_("learned"))
        lesson = _lesson(progress)
        screens = {"screen": progress.screen + 1, "screens": len(lesson.screens) if lesson else progress.screen + 1}
        return "reading", str(_("screen %(screen)s of %(screens)s") % screens)

    @display(description=_("last opened"), ordering="opened_at")
    def opened(self, progress: LessonProgress) -> str:
        return ago(progress.opened_at, clock.now())


def _lesson(progress: LessonProgress) -> Lesson | None:
    """None for one that is not in the files any more."""
    course = shipped().get(progress.course)
    return course.lesson(progress.lesson) if course else None
