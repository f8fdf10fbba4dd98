"""Questions to the curator for tests. Call outside any door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from funnels.models import Question
from partners import tenancy
from partners.models import Lead
from tests.factories import NOW


def unanswered(asker: Lead, text: str, hours: int = 0, **fields: Any) -> Question:
    """`hours` after NOW."""
    values: dict[str, Any] = {
        "lead": asker,
        "state": Question.State.UNANSWERED,
        "reason": "lacking",
        "asker_id": asker.telegram_id,
    }
    values |= {"chat_id": asker.telegram_id, "message_id": 7, "asked_at": NOW + timedelta(hours=hours)}
    with tenancy.all_partners():
        return Question.objects.create(partner_id=asker.partner_id, text=text, **values | fields)
