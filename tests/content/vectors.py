"""Documents and questions for the tests of vectors."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from content.knowledge.reading import Source
from content.models import Chunk
from content.queries.retrieval import Retrieved, retrieve
from content.services.knowledge import load_folder
from content.services.vectors import embed_waiting, question_vector
from partners import tenancy
from partners.models import Partner
from tests.factories import NOW

TODAY = NOW.date()
DELIVERY = Source("Доставка", "delivery", "# Доставка\n\nЗаказ привозят по России за 3–7 дней.")
UNITS = Source("Юниты", "business", "# Юниты\n\nЮниты не сгорают и не имеют срока годности.")
OWN = Source("Самовывоз", "delivery", "# Самовывоз\n\nЗабрать заказ можно у Анны на Лесной улице вечером.")
RUN_TOGETHER = "неюнитынесгораютинеимеютсрокагодности"  # no word of it is one of the documents'


def load(*sources: Source, owner: Partner | None = None) -> None:
    with tenancy.partner(owner.pk) if owner else tenancy.all_partners():
        named = [(f"{source.title}.md", source) for source in sources]
        load_folder(partner_id=owner.pk if owner else None, collection="kb", sources=named, now=NOW)


def embed(at: datetime = NOW) -> int:
    return embed_waiting(now=lambda: at)


def vector_of(partner: Partner, question: str = RUN_TOGETHER, at: datetime = NOW) -> list[float] | None:
    vector = question_vector(partner_id=partner.pk, question=question, key=str(uuid4()), now=lambda: at)
    return list(vector) if vector else None


def ask(partner: Partner, question: str, vector: list[float] | None, days: int = 0) -> Retrieved:
    with tenancy.partner(partner.pk):
        return retrieve(question, partner_id=partner.pk, today=TODAY + timedelta(days=days), vector=vector)


def titles(found: Retrieved) -> list[str]:
    return [chunk.document.title for chunk in found.passages]


def stored() -> dict[str, list[float] | None]:
    with tenancy.all_partners():
        return dict(Chunk.objects.values_list("document__title", "embedding"))


def embedded() -> set[str]:
    return {title for title, vector in stored().items() if vector}


def own_vector(title: str) -> list[float]:
    vector = stored()[title]
    assert vector is not None
    return vector
