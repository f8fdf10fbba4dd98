"""Answers to questions that had none when they were asked; the rows say who is to be told. Behind a partner's door."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from content.ai.answer_html import to_messages
from content.ai.types import Slot
from content.markup import MESSAGE_LIMIT, shorten, telegram_length, visible
from content.messages import Html, Message
from content.models import Document, OutboxMessage
from content.outbox.promises import Promise, promise
from funnels.curator_words import CuratorVoice
from funnels.facts import PartnerFacts
from funnels.models import Question
from funnels.services.answering.inbox import close_alerts
from funnels.services.answering.links import answer_links
from funnels.services.presets import curator_texts
from funnels.timing import QuietHours
from funnels.zones import zone_for
from partners.models import Bot, Lead, Partner

SOURCE = "late-answer"
LONGEST_QUOTE = 200  # of the question, so that people know what is answered
Outcome = Question.Outcome


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """What the document says, in the words of one partner's bot."""

    text: str
    as_of: date | None
    partner: Partner

    def messages(self, question: Question) -> tuple[Message, ...]:
        html = self.html(question, question.lead_id)
        if question.lead_id is None:
            return (Message(html[0], reply_to=question.message_id), *map(Message, html[1:]))
        return self._voice.answer(question.pk, html, sources=True)

    def html(self, question: Question, lead_id: int | None) -> tuple[Html, ...]:
        """`lead_id`: whose presses of the links are recorded; nobody's in a group, or in a preview."""
        asked = shorten(" ".join(question.text.split()), LONGEST_QUOTE)
        head = self._voice.say("late", question=asked)
        as_of = f"\n\n<i>Данные на {self.as_of:%d.%m.%Y}</i>" if self.as_of else ""
        room = MESSAGE_LIMIT - telegram_length(visible(head)) - 2
        first, *others = to_messages(f"{self.text}{as_of}", self._slots(question, lead_id), limit=room)
        return (Html(f"{head}\n\n{first}"), *others)

    def _slots(self, question: Question, lead_id: int | None) -> Mapping[str, Slot]:
        if "_link}" not in self.text:
            return {}
        return answer_links(partner_id=self.partner.pk, lead_id=lead_id, question_id=question.pk).slots()

    @property
    def _voice(self) -> CuratorVoice:
        style: Any = self.partner.communication_style
        return CuratorVoice(curator_texts(), PartnerFacts(self.partner.name, style, self.partner.story))


def due_partners() -> list[int]:
    """All partners' door."""
    return list(Question.objects.filter(outcome=Outcome.DUE).order_by().values_list("partner_id", flat=True).distinct())


def send_due(*, partner_id: int, now: datetime, limit: int = 500) -> int:
    """How many questions are seen to. Whoever asked the same several times is told once."""
    due = Question.objects.filter(partner_id=partner_id, outcome=Outcome.DUE, document__isnull=False)
    rows = list(
        due.select_related("lead", "document").select_for_update(of=("self",), skip_locked=True).order_by("-pk")[:limit]
    )
    partner = Partner.objects.get(pk=partner_id)
    bot_id = Bot.objects.filter(partner=partner).values_list("pk", flat=True).first()
    promises: list[Promise] = []
    told = _told_before(rows)
    for row in rows:
        row.outcome = outcome_of(row, bot_id)
        if row.outcome == Outcome.SENT and _person(row) not in told:
            told.add(_person(row))
            promises += _promised(row, partner, now)
    Question.objects.bulk_update(rows, ["outcome", "answer", "sources"])
    if bot_id is not None and promises:
        lane = OutboxMessage.Lane.REPLY
        promise(partner_id=partner_id, bot_id=bot_id, lane=lane, promises=promises, now=now, source=SOURCE)
    close_alerts(lead_ids=_leads(rows), now=now)
    return len(rows)


def outcome_of(question: Question, bot_id: int | None) -> Question.Outcome:
    """Whether the person can be told."""
    lead = question.lead
    if not question.text:
        return Outcome.ERASED
    if bot_id is None:
        return Outcome.NO_BOT
    if lead is not None and lead.blocked_at is not None:
        return Outcome.BLOCKED
    return Outcome.TAKEN if lead is not None and lead.taken_at is not None else Outcome.SENT


def _person(question: Question) -> tuple[int | None, ...]:
    return question.document_id, question.chat_id, question.thread_id, question.asker_id


def _told_before(rows: Sequence[Question]) -> set[tuple[int | None, ...]]:
    """Of the same documents, in an earlier batch."""
    told = Question.objects.filter(document__in={row.document_id for row in rows}, outcome=Outcome.SENT)
    return {_person(row) for row in told.only("document", "chat_id", "thread_id", "asker_id")}


def _promised(question: Question, partner: Partner, now: datetime) -> list[Promise]:
    document = question.document
    assert document is not None
    messages = answer_of(document, partner).messages(question)
    question.answer = [message.text for message in messages]
    as_of = document.as_of.isoformat() if document.as_of else None
    question.sources = [{"document": document.pk, "title": document.title, "as_of": as_of}]
    at = not_before(question.lead, partner, now)
    return [
        Promise(
            question.chat_id,
            f"{SOURCE}:{question.pk}:{part}",
            message,
            not_before=at,
            lead_id=question.lead_id,
            thread_id=question.thread_id or None,
        )
        for part, message in enumerate(messages)
    ]


def answer_of(document: Document, partner: Partner) -> LateAnswer:
    return LateAnswer(document.text, document.as_of, partner)


def not_before(lead: Lead | None, partner: Partner, now: datetime) -> datetime:
    """Nobody waits up for it: it does not come at night."""
    partner_zone = ZoneInfo(partner.time_zone)
    zone = zone_for(phone=lead.phone if lead else "", partner_zone=partner_zone, now=now).zone
    return QuietHours(partner.quiet_from, partner.quiet_to).next_allowed(now, zone)


def _leads(rows: Sequence[Question]) -> Collection[int]:
    return {row.lead_id for row in rows if row.lead_id is not None and row.outcome == Outcome.SENT}
