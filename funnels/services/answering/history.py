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

# «А в Казань?» goes on with what was just spoken of; «это развод?» may, or asks something new.
_GOES_ON = re.compile(r"^(а|и|ну|тогда|или|ещ[её]|подробнее|как именно)\b", re.IGNORECASE)
_POINTS_BACK = re.compile(
    r"^(почему|зачем)\b|\b(он|она|оно|они|его|е[её]|их|ему|ей|им|н[её]м|ней|них|эт(?:о|от|а|и|ого|ой)|там|туда)\b",
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


def wordings(question: Claimed, earlier: Sequence[Question]) -> tuple[str, ...]:
    """The question as it is to be searched for, in this order: alone, or with the one that it follows up."""
    text = question.text.strip()
    if not earlier or earlier[-1].asked_at < question.asked_at - FOLLOWS or len(text.split()) > SHORT:
        return (text,)
    whole = f"{earlier[-1].text} {text}"
    if _GOES_ON.search(text):
        return whole, text
    return (text, whole) if _POINTS_BACK.search(text) else (text,)
