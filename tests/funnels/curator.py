"""Questions to the curator and what comes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from content.knowledge.reading import Source
from content.models import Document, OutboxMessage
from content.services.knowledge import save_source
from funnels.models import Question
from funnels.services.answering.ask import ask, private_question
from funnels.services.answering.think import think
from partners import tenancy
from partners.models import Lead, Partner
from tests.factories import NOW

DELIVERY = "Доставка занимает от трёх до семи рабочих дней. Доставка от 5 000 ₽ бесплатна. Закажите в {shop_link}."


def write(text: str, title: str, partner: Partner | None = None, **facts: Any) -> None:
    source = Source(title=title, category="", text=text, **facts)
    owner = partner.pk if partner else None
    with tenancy.all_partners():
        save_source(document=Document(partner_id=owner, path=f"{title}.md"), source=source, now=NOW)


def asks(lead: Lead, *texts: str, now: datetime = NOW, message_id: int = 0) -> None:
    for text in texts:
        question = private_question(
            partner_id=lead.partner_id,
            lead_id=lead.pk,
            telegram_id=lead.telegram_id,
            message_id=message_id,
            text=text,
            now=now,
        )
        with tenancy.partner(lead.partner_id):
            ask(partner_id=lead.partner_id, questions=[question])


def answer_all(partner: Partner, now: datetime = NOW) -> int:
    count = 0
    while think(partner_id=partner.pk, clock=lambda: now):
        count += 1
    return count


def questions(partner: Partner) -> Sequence[Question]:
    with tenancy.partner(partner.pk):
        return list(Question.objects.order_by("pk"))


def replies(partner: Partner) -> Sequence[OutboxMessage]:
    with tenancy.partner(partner.pk):
        return list(OutboxMessage.objects.filter(lane=OutboxMessage.Lane.REPLY).order_by("pk"))


def said(partner: Partner) -> list[str]:
    return [reply.payload["text"] for reply in replies(partner)]


def alerts(partner: Partner) -> list[str]:
    with tenancy.partner(partner.pk):
        rows = OutboxMessage.objects.filter(lane=OutboxMessage.Lane.ALERT).order_by("pk")
        return [row.payload["text"] for row in rows]
