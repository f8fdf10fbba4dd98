"""All that is read before anything is asked: the knowledge base, the partner, what was said. Behind the door."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from content.ai.masking import impersonal
from content.ai.prompt import Persona, build_prompt
from content.ai.quotable import quotable
from content.ai.types import Passage, Prompt, Slot
from content.knowledge.focus import focused
from content.messages import Message
from content.models import Chunk
from content.queries.retrieval import Retrieved, retrieve, synonyms
from funnels.curator_words import CuratorVoice
from funnels.instant_words import Rows
from funnels.models import Question
from funnels.services.answering.claim import Claimed
from funnels.services.answering.history import said_before, turns, wordings
from funnels.services.answering.links import answer_links
from funnels.services.presets import curator_texts
from partners.models import Bot, Lead, Partner

SourceRow = dict[str, Any]  # {"document": id, "title": …, "as_of": ISO date or None}
NEAR = 0.5  # of what was asked must stand in a passage before its title is offered


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the curator reads, today, and which links the question asks for."""

    persona: Persona
    voice: CuratorVoice
    slots: Mapping[str, Slot]
    above: Rows  # the links that the question asks for
    card: Message | None  # if it asks for nothing else
    private_chat: str
    today: date
    names: Collection[str]  # whatever the lead is called: none of it goes to a provider
    vector: Sequence[float] | None = None  # of the question


@dataclass(frozen=True, slots=True)
class Reading:
    """`prompt` is None where there is nothing to answer from; `near` are titles of what comes near."""

    retrieved: Retrieved
    earlier: Sequence[Question] = ()
    passages: tuple[Passage, ...] = ()
    sources: tuple[SourceRow, ...] = ()  # of each passage
    quotes: tuple[Passage, ...] = ()  # their best sections, for an answer without a model
    quoted: tuple[SourceRow, ...] = ()  # of each quote
    prompt: Prompt | None = None

    @property
    def near(self) -> list[str]:
        if self.retrieved.covered < NEAR:
            return []
        return [chunk.document.title for chunk in self.retrieved.passages if quotable(_passage(chunk))]


def reader_for(question: Claimed, now: datetime) -> Reader:
    partner = Partner.objects.get(pk=question.partner_id)
    username = Bot.objects.filter(partner=partner).values_list("username", flat=True).first()
    links = answer_links(partner_id=partner.pk, lead_id=question.lead_id, question_id=question.id)
    wanted = links.wanted(question.text)
    facts, specialization = links.partner, partner.specialization
    return Reader(
        persona=Persona(facts.name, facts.style, facts.story, specialization),  # type: ignore[arg-type]
        voice=CuratorVoice(curator_texts(), facts),
        slots=links.slots(),
        above=links.buttons(wanted),
        card=links.card(wanted) if wanted.alone else None,
        private_chat=f"{settings.TELEGRAM_LINK_URL}/{username}?start=group",
        today=now.astimezone(ZoneInfo(partner.time_zone)).date(),
        names=_names(question),
    )


def read(question: Claimed, reader: Reader) -> Reading:
    earlier = said_before(question)
    partner_id, today = question.partner_id, reader.today
    for text in _wordings(question, earlier, reader):
        retrieved = retrieve(text, partner_id=partner_id, today=today, vector=reader.vector)
        if not retrieved.lacking:
            break
    kept = {chunk: passage for chunk in retrieved.passages if (passage := quotable(_passage(chunk)))}
    if not retrieved.answers or not kept:
        return Reading(retrieved, earlier)
    passages, sources = tuple(kept.values()), tuple(map(_source, kept))
    best = focused(text, passages, synonyms())
    prompt = build_prompt(
        persona=reader.persona,
        passages=passages,
        question=question.text,
        history=turns(earlier),
        names=reader.names,
    )
    return Reading(
        retrieved=retrieved,
        earlier=earlier,
        passages=passages,
        sources=sources,
        quotes=tuple(section for _number, section in best),
        quoted=tuple(sources[number] for number, _section in best),
        prompt=prompt,
    )


def _wordings(question: Claimed, earlier: Sequence[Question], reader: Reader) -> list[str]:
    """In this order, until one finds something; without names at last."""
    return list(dict.fromkeys([*wordings(question, earlier), impersonal(question.text, reader.names)]))


def _names(question: Claimed) -> Collection[str]:
    if question.lead_id is None:
        return ()
    lead = Lead.objects.only("first_name", "last_name", "username").get(pk=question.lead_id)
    return tuple(filter(None, (lead.first_name, lead.last_name, lead.username)))


def _passage(chunk: Chunk) -> Passage:
    return Passage(chunk.document.title, chunk.readable, chunk.document.as_of)


def _source(chunk: Chunk) -> SourceRow:
    document = chunk.document
    as_of = document.as_of.isoformat() if document.as_of else None
    return {"document": document.pk, "title": document.title, "as_of": as_of}
