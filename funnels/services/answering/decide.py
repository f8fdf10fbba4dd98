"""What becomes of a question: words at once, or something to ask a model. Behind the partner's door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from content.ai import chain
from content.ai.chain import Outcome, Reply
from content.ai.types import Prompt
from content.knowledge import gate
from content.knowledge.courtesy import courtesy
from content.messages import Html, Message
from funnels.models import Question
from funnels.services.answering import limits
from funnels.services.answering.claim import Claimed
from funnels.services.answering.read import Reader, Reading, SourceRow, read

State = Question.State
COURTESY, INSTANT = "courtesy", "instant"
LACKING, FAILED = "lacking", "failed"


@dataclass(frozen=True, slots=True)
class Thought:
    """How a question ends. `answer` is what counts as the curator's answer, `messages` how it is sent."""

    state: Question.State
    messages: tuple[Message, ...] = ()
    reason: str = ""
    answer: tuple[Html, ...] = ()
    sources: tuple[SourceRow, ...] = ()
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """There is something to answer from."""

    question: Claimed
    reader: Reader
    reading: Reading
    prompt: Prompt


def at_once(question: Claimed, reader: Reader) -> Thought | None:
    """What needs no document."""
    voice = reader.voice
    if wait := limits.pause(question):
        messages = () if limits.was_told(question, wait) else (voice.too_many(wait),)
        return Thought(State.REFUSED, messages, limits.TOO_MANY)
    if kind := courtesy(question.text):
        return Thought(State.ANSWERED, (voice.courtesy(kind),), COURTESY)
    if refusal := gate.shipped().refusal(question.text):
        return Thought(State.REFUSED, (voice.refusal(refusal),), refusal)
    if reader.card:
        return Thought(State.ANSWERED, (reader.card,), INSTANT)
    return None


def looked_up(question: Claimed, reader: Reader) -> Asking | Thought:
    reading = read(question, reader)
    if reading.prompt is None:
        return unknown(question, reader, near=reading.near)
    return Asking(question, reader, reading, reading.prompt)


def answered(asking: Asking, reply: Reply) -> Thought:
    if not reply.messages:
        return replace(unknown(asking.question, asking.reader), outcome=reply.outcome)
    reader, reading = asking.reader, asking.reading
    sources = distinct(_used(reading, reply))
    answer = reply.messages if reading.earlier else reader.voice.noted(reply.messages)
    if asking.question.lead_id is None:  # in a group nobody's thumb is asked for
        messages = (*map(Message, answer[:-1]), Message(answer[-1], buttons=reader.above))
    else:
        messages = reader.voice.answer(asking.question.id, answer, sources=bool(sources), above=reader.above)
    return Thought(State.ANSWERED, messages, answer=answer, sources=sources, outcome=reply.outcome)


def _used(reading: Reading, reply: Reply) -> Sequence[SourceRow]:
    """A model has read all passages, a quotation has few."""
    return reading.quoted if reply.outcome.provider == chain.EXTRACTIVE else reading.sources


def distinct(sources: Sequence[SourceRow]) -> tuple[SourceRow, ...]:
    """Each document once, the best first."""
    return tuple({source["document"]: source for source in reversed(sources)}.values())[::-1]


def unknown(question: Claimed, reader: Reader, *, near: Sequence[str] = (), reason: str = LACKING) -> Thought:
    in_private = question.lead_id is not None
    message = reader.voice.unknown(near) if in_private else reader.voice.group_unknown(reader.private_chat)
    buttons = (*reader.above, *message.buttons)
    return Thought(State.UNANSWERED, (replace(message, buttons=buttons),), reason)
