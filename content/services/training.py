"""Keeps what somebody reads and learns. Behind the partner's door."""

from __future__ import annotations

from datetime import datetime

from content.models import LessonProgress
from content.training.progress import Place


def open_screen(*, partner_id: int, telegram_id: int, place: Place, now: datetime) -> None:
    LessonProgress.objects.update_or_create(
        partner_id=partner_id,
        telegram_id=telegram_id,
        course=place.course,
        lesson=place.lesson,
        defaults={"screen": place.screen, "opened_at": now},
    )


def finish_lesson(*, partner_id: int, telegram_id: int, place: Place, now: datetime) -> None:
    """Only the first time counts: reading again keeps the day on which it was learned."""
    open_screen(partner_id=partner_id, telegram_id=telegram_id, place=place, now=now)
    mine = LessonProgress.objects.filter(partner_id=partner_id, telegram_id=telegram_id, done_at=None)
    mine.filter(course=place.course, lesson=place.lesson).update(done_at=now)
