from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from analytics.queries import sequences as queries
from analytics.reports.sequences import Course
from analytics.reports.table import Table
from analytics.tables import sequences as shown
from analytics.views.asked import Asked
from analytics.views.pages import Page
from funnels.models import Enrollment

LEFT = {"": _("unknown"), **dict(Enrollment.Exit.choices)}


def page(asked: Asked) -> Page:
    courses = queries.courses(asked.whose, asked.period)
    chosen = _chosen(courses, asked.get.get("sequence", ""))
    tables = [shown.courses(courses, lambda key: f"{asked.query(sequence=key)}#messages")]
    if chosen:
        tables += _about(chosen)
    return Page("sequences", _("Sequences"), tuple(tables), {"courses": courses, "chosen": chosen})


def _chosen(courses: Sequence[Course], key: str) -> Course | None:
    """The one that was asked for, or that most people entered."""
    largest = max(courses, key=lambda course: course.entered, default=None)
    return next((course for course in courses if course.key == key), largest)


def _about(course: Course) -> list[Table]:
    return [shown.messages(course), shown.results(course), shown.reasons(course, LEFT)]
