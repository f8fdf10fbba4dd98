"""The end of a question: its row, its reply and whoever must hear of it, in one transaction. Behind the door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from content.messages import Message
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from funnels.models import Alert, Question
from funnels.services.alerts import raise_again
from funnels.services.answering.claim import Claimed
from funnels.services.answering.decide import Thought
from funnels.services.budget_warnings import warn
from partners.models import Bot, Lead

SOURCE = "answer"
STALE = timedelta(hours=24)  # nobody waits for an answer any more


def finish(question: Claimed, thought: Thought, now: datetime) -> bool:
    """False if the question is not this claim's any more."""
    row = Question.objects.select_for_update().filter(pk=question.id, state=Question.State.THINKING).first()
    if row is None or row.attempts != question.attempts:
        return False
    lead = _lead(question)
    if reason := _nobody_waits(lead):
        thought = replace(thought, state=Question.State.DROPPED, messages=(), answer=(), reason=reason)
    _write(row, thought, now)
    _reply(question, thought.messages, now)
    if thought.outcome and thought.outcome.warned:
        warn(partner_id=question.partner_id, warned=thought.outcome.warned, now=now)
    if thought.state == Question.State.UNANSWERED and lead is not None:
        _alert(question, lead, now)
    return True


def _lead(question: Claimed) -> Lead | None:
    leads = Lead.objects.select_related("partner", "first_link", "last_link")
    return leads.get(pk=question.lead_id) if question.lead_id else None


def _nobody_waits(lead: Lead | None) -> str:
    if lead is None:
        return ""
    if lead.erased_at:
        return "erased"
    if lead.blocked_at:
        return "blocked"
    return "taken" if lead.taken_at else ""


def _write(row: Question, thought: Thought, now: datetime) -> None:
    row.state, row.reason, row.finished_at = thought.state, thought.reason, now
    row.answer = list(thought.answer)
    row.sources = list(thought.sources)
    if outcome := thought.outcome:
        row.provider, row.roubles = outcome.provider, outcome.roubles
        row.falls = [f"{fall.provider}: {fall.trouble}" for fall in outcome.falls]
        if completion := outcome.completion:
            row.model, row.tokens = completion.model, completion.tokens_in + completion.tokens_out
    row.save()


def _reply(question: Claimed, messages: Sequence[Message], now: datetime) -> None:
    bot_id = Bot.objects.filter(partner_id=question.partner_id).values_list("pk", flat=True).first()
    if bot_id is None or not messages:
        return
    if _others_were_asked_since(question):
        messages = (replace(messages[0], reply_to=question.message_id), *messages[1:])
    promises = [
        Promise(
            question.chat_id,
            f"{question.key}:{part}",
            message,
            not_before=now,
            not_after=now + STALE,
            lead_id=question.lead_id,
            thread_id=question.thread_id or None,
        )
        for part, message in enumerate(messages)
    ]
    lane = OutboxMessage.Lane.REPLY
    promise(partner_id=question.partner_id, bot_id=bot_id, lane=lane, promises=promises, now=now, source=SOURCE)


def _others_were_asked_since(question: Claimed) -> bool:
    """Then the reply quotes its question; in a group it always does."""
    if question.lead_id is None:
        return True
    return Question.objects.filter(lead_id=question.lead_id, pk__gt=question.id).exists()


def _alert(question: Claimed, lead: Lead, now: datetime) -> None:
    trigger = Alert.Trigger.QUESTION_UNANSWERED
    raise_again(lead=lead, trigger=trigger, headline="question_unanswered", key=f"unanswered:{question.id}", now=now)
