"""What becomes of a question: words at once, or something to ask a model. Behind the partner's door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from content.ai.chain import Outcome, Reply
from content.ai.types import Prompt, Slot
from content.knowledge.courtesy import courtesy
from content.messages import Html, Message
from funnels.curator_words import CuratorVoice
from funnels.models import Question
from funnels.services.answering import limits
from funnels.services.answering.claim import Claimed
from funnels.services.answering.read import Reader, Reading, read
from funnels.services.presets import curator_texts

State = Question.State
COURTESY = "courtesy"
LACKING, FAILED = "lacking", "failed"


@dataclass(frozen=True, slots=True)
class Thought:
    """How a question ends. `answer` is what counts as the curator's answer, `messages` how it is sent."""

    state: Question.State
    messages: tuple[Message, ...] = ()
    reason: str = ""
    answer: tuple[Html, ...] = ()
    sources: tuple[dict[str, Any], ...] = ()
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """There is something to answer from."""

    question: Claimed
    reading: Reading
    prompt: Prompt
    slots: Mapping[str, Slot]
    voice: CuratorVoice


def consider(question: Claimed, reader: Reader) -> Asking | Thought:
    voice = CuratorVoice(curator_texts(), reader.partner)
    if wait := limits.pause(question):
        messages = () if limits.was_told(question) else (voice.too_many(wait),)
        return Thought(State.REFUSED, messages, limits.TOO_MANY)
    if kind := courtesy(question.text):
        return Thought(State.ANSWERED, (voice.courtesy(kind),), COURTESY)
    reading = read(question, reader)
    if refusal := reading.retrieved.refusal:
        return Thought(State.REFUSED, (voice.refusal(refusal),), refusal)
    if reading.prompt is None:
        return unknown(question, reader, near=reading.near)
    return Asking(question, reading, reading.prompt, reader.slots, voice)


def answered(asking: Asking, reply: Reply) -> Thought:
    question, voice = asking.question, asking.voice
    answer = reply.messages if asking.reading.earlier else voice.noted(reply.messages)
    if question.lead_id is None:
        messages: Sequence[Message] = [Message(html) for html in answer]
    else:
        messages = voice.answer(question.id, answer, sources=bool(asking.reading.sources))
    sources = asking.reading.sources
    return Thought(State.ANSWERED, tuple(messages), answer=answer, sources=sources, outcome=reply.outcome)


def unknown(question: Claimed, reader: Reader, *, near: Sequence[str] = (), reason: str = LACKING) -> Thought:
    voice = CuratorVoice(curator_texts(), reader.partner)
    message = voice.unknown(near) if question.lead_id else voice.group_unknown(reader.private_chat)
    return Thought(State.UNANSWERED, (message,), reason)
