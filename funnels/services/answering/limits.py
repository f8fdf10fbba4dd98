"""How much one person may ask. Behind the partner's door."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q

from funnels.models import Question
from funnels.services.answering.claim import Claimed

TOO_MANY = "too_many"
LIMITS = ((timedelta(minutes=1), 6), (timedelta(hours=1), 40), (timedelta(days=1), 150))


def pause(question: Claimed) -> timedelta | None:
    """How long to wait, for whoever asks more than a person who wants to know something."""
    earlier = Question.objects.filter(
        partner_id=question.partner_id,
        asker_id=question.asker_id,
        asked_at__gt=question.asked_at - LIMITS[-1][0],
        pk__lt=question.id,
    ).exclude(reason=TOO_MANY)  # else whoever goes on asking would never be answered again
    counts = {
        str(number): Count("pk", filter=Q(asked_at__gt=question.asked_at - period))
        for number, (period, _most) in enumerate(LIMITS)
    }
    counted = earlier.aggregate(**counts)
    exceeded = [period for number, (period, most) in enumerate(LIMITS) if counted[str(number)] >= most]
    return max(exceeded, default=None)


def was_told(question: Claimed, wait: timedelta) -> bool:
    """Of this pause."""
    told = Question.objects.filter(
        partner_id=question.partner_id,
        asker_id=question.asker_id,
        asked_at__gt=question.asked_at - wait,
        reason=TOO_MANY,
        pk__lt=question.id,
    )
    return told.exists()
