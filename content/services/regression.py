"""The regression set: what the knowledge base must go on answering. Behind the door of its owner."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.contrib.auth.models import User

from content.ai.masking import mask
from content.models import Document, RegressionQuestion

LONGEST = 1_000


def add_lines(
    *,
    document: Document,
    questions: Iterable[str],
    now: datetime,
    added_by: User | None = None,
    names: Collection[str] = (),
) -> int:
    """Questions that the document must answer; how many are new. What is personal in them is masked."""
    texts = dict.fromkeys(masked(question, names) for question in questions)
    stored = RegressionQuestion.objects.filter(partner=document.partner_id, text__in=texts)
    known = set(stored.values_list("text", flat=True))
    rows = [
        RegressionQuestion(
            partner_id=document.partner_id, text=text, document=document, added_at=now, added_by=added_by
        )
        for text in texts
        if text and text not in known
    ]
    RegressionQuestion.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def masked(question: str, names: Collection[str] = ()) -> str:
    return mask(" ".join(question.split()), names)[:LONGEST]
