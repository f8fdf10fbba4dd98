"""What somebody has learned. Behind the partner's door."""

from __future__ import annotations

from content.models import LessonProgress
from content.training.progress import Place, Progress


def progress_of(*, partner_id: int, telegram_id: int) -> Progress:
    lessons = list(LessonProgress.objects.filter(partner=partner_id, telegram_id=telegram_id))
    last = next((Place(row.course, row.lesson, row.screen) for row in lessons), None)  # the newest comes first
    return Progress(frozenset((row.course, row.lesson) for row in lessons if row.done_at), last)
