"""The presses under an answer. Behind the partner's door, in the transaction of the turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from content.messages import Html, Message
from funnels.curator_words import AnswerPress, CuratorVoice, Thumb, Title
from funnels.models import Alert, Question
from funnels.services.alerts import raise_again
from funnels.services.answering.links import buttons_above
from funnels.services.presets import curator_texts
from funnels.services.scene import Scene
from partners.models import Lead

PASSED_ON = "passed_on"  # the reason of a question that was answered, but not to the person's liking


def press(*, scene: Scene, lead: Lead, pressed: AnswerPress) -> tuple[Message, ...]:
    """Of a question of somebody else's nothing is told, not even that there is one. `lead.partner` is read."""
    voice = CuratorVoice(curator_texts(), scene.voice.partner)
    # Locked: an operator may settle it in the same moment.
    question = Question.objects.select_for_update().filter(pk=pressed.question, lead=lead).first()
    if question is None or not question.answer:
        return (voice.gone(),)
    match pressed.button:
        case "up":
            return _rate(voice, question, 1, scene.now)
        case "down":
            return _rate(voice, question, -1, scene.now)
        case "sources":
            return (voice.sources(list(_titles(question))),)
        case "pass":
            return _pass_on(voice, question, lead, scene.now)


def _rate(voice: CuratorVoice, question: Question, thumb: Thumb, now: datetime) -> tuple[Message, ...]:
    is_new = question.thumb != thumb
    if is_new:
        question.thumb, question.thumbed_at = thumb, now
        question.save(update_fields=["thumb", "thumbed_at"])
    html = [Html(text) for text in question.answer]
    above = buttons_above(question)
    pressed = voice.answer(question.pk, html, thumb=thumb, sources=bool(question.sources), above=above)[-1]
    return (replace(pressed, edits=True), *(_reaction(voice, question, thumb) if is_new else ()))


def _reaction(voice: CuratorVoice, question: Question, thumb: Thumb) -> Iterator[Message]:
    if thumb == 1:
        yield voice.thumb_up()
    elif question.state == Question.State.ANSWERED:
        yield voice.thumb_down(question.pk)


def _titles(question: Question) -> Iterator[Title]:
    """As they were when it was answered: a document may be retired or renamed meanwhile."""
    for source in question.sources:
        yield Title(source["title"], date.fromisoformat(source["as_of"]) if source["as_of"] else None)


def _pass_on(voice: CuratorVoice, question: Question, lead: Lead, now: datetime) -> tuple[Message, ...]:
    """Into the inbox and to the partner, once."""
    if question.state == Question.State.ANSWERED:
        question.state, question.reason, question.settled_at = Question.State.UNANSWERED, PASSED_ON, None
        question.save(update_fields=["state", "reason", "settled_at"])
        trigger, key = Alert.Trigger.QUESTION_UNANSWERED, f"passed:{question.pk}"
        raise_again(lead=lead, trigger=trigger, headline="question_unanswered", key=key, now=now, asked=question.text)
    return (voice.passed_on(),)
