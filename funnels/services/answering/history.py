"""What was said before: for the prompt, and for questions that only make sense after another one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from content.ai.types import Turn
from content.markup import visible
from funnels.models import Question
from funnels.services.answering.claim import Claimed

TURNS = 4
REMEMBERED = timedelta(hours=12)
FOLLOWS = timedelta(minutes=15)
SHORT = 6  # words

# «А в Казань?», «сколько он стоит»: a question about what was just spoken of.
_FOLLOWING = re.compile(
    r"^(а|и|ну|тогда|ещ[её]|или|почему|зачем|подробнее|как именно)\b"
    r"|\b(он|она|оно|они|его|е[её]|их|ему|ей|им|н[её]м|ней|них|это|этот|эта|эти|этого|этой|там|туда)\b",
    re.IGNORECASE,
)


def said_before(question: Claimed) -> Sequence[Question]:
    """The last answered questions of the lead, oldest first; in a group everybody asks anew. Behind the door."""
    if question.lead_id is None:
        return ()
    earlier = Question.objects.filter(
        lead_id=question.lead_id,
        state=Question.State.ANSWERED,
        asked_at__gt=question.asked_at - REMEMBERED,
        pk__lt=question.id,
    )
    told = earlier.exclude(answer=[])  # «спасибо» was answered, too, but nothing follows it up
    return list(told.order_by("-asked_at", "-pk")[:TURNS])[::-1]


def turns(earlier: Sequence[Question]) -> tuple[Turn, ...]:
    said = []
    for question in earlier:
        said += [Turn("user", question.text), Turn("assistant", visible("\n".join(question.answer)))]
    return tuple(said)


def in_context(question: Claimed, earlier: Sequence[Question]) -> str | None:
    """The question after the one that it follows up, for searching; None if it stands alone."""
    if not earlier or earlier[-1].asked_at < question.asked_at - FOLLOWS:
        return None
    follows = len(question.text.split()) <= SHORT and _FOLLOWING.search(question.text.strip())
    return f"{earlier[-1].text} {question.text}" if follows else None
