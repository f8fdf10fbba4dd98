"""A free text becomes a question in the transaction of its turn. Behind the partner's door."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from celery import signature
from celery.exceptions import OperationalError
from django.db import transaction

from funnels.models import Question
from funnels.services.answering.notice import notify

log = logging.getLogger(__name__)

TASK = "funnels.tasks.answer_questions"
QUEUE = "ai"
EXPIRES = 30  # seconds; by then the tick has seen the row


def ask(*, partner_id: int, questions: Sequence[Question]) -> None:
    """Keeps them; a worker begins to think when the transaction commits."""
    if not questions:
        return
    Question.objects.bulk_create(questions)
    notify(partner_id)
    transaction.on_commit(partial(wake, partner_id), robust=True)


def private_question(
    *, partner_id: int, lead_id: int, telegram_id: int, message_id: int, text: str, now: datetime
) -> Question:
    return Question(
        partner_id=partner_id,
        lead_id=lead_id,
        asker_id=telegram_id,
        chat_id=telegram_id,
        message_id=message_id,
        text=text,
        asked_at=now,
    )


def wake(partner_id: int) -> None:
    """Only quicker than the tick, which finds the rows in any case."""
    try:
        signature(TASK, [partner_id]).apply_async(queue=QUEUE, retry=False, expires=EXPIRES)
    except OperationalError as error:
        log.warning("the broker is away, questions wait for the tick: %s", error)
