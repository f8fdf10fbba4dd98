"""What is stored about a lead, as one JSON document. Reads only, behind the partner's door."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import accumulate, takewhile
from typing import Any

from content.messages import Document
from content.models import OutboxMessage
from funnels.models import Conversation, FunnelEvent, LeadMessage, Question
from partners.models import Lead

MOST_ROWS = 2_000  # of each table, the newest ones
MOST_LETTERS = 300_000  # of messages, so that the file stays small
TEXTS = {"text", "payload__text", "answer"}

PROFILE = (
    "telegram_id", "first_name", "last_name", "username", "language_code", "phone", "email",
    "status", "intent", "pain", "detail", "goal", "wants_tips", "wants_offers", "wants_business", "wants_posts",
    "created_at", "last_seen_at", "blocked_at", "offers_asked_at", "score", "customer_score", "business_score",
    "taken_at",
)  # fmt: skip


def export(*, lead: Lead, now: datetime) -> Document:
    """`left_out` counts what was too much for one file."""
    written = _newest(LeadMessage.objects.filter(lead=lead).values("text", "at"))
    received = _newest(_received(lead))
    asked = _newest(_asked(lead))
    events = FunnelEvent.objects.filter(lead=lead)
    document = {
        "exported_at": now,
        "partner": lead.partner.name,
        "profile": {name: getattr(lead, name) for name in PROFILE},
        "came_by": [link.code for link in (lead.first_link, lead.last_link) if link],
        "consents": list(lead.consents.values("kind", "text_version", "channel", "given_at", "withdrawn_at")),
        "place": Conversation.objects.filter(lead=lead).values("step", "path", "asking", "changed_at").first(),
        "partner_was_told": list(lead.alerts.values("trigger", "at", "state")),
        "messages": written,
        "received": received,
        "questions": asked,
        "events": list(events.values("kind", "step", "data", "at")[:MOST_ROWS]),
        "left_out": {
            "messages": LeadMessage.objects.filter(lead=lead).count() - len(written),
            "received": _received(lead).count() - len(received),
            "questions": _asked(lead).count() - len(asked),
            "events": max(0, events.count() - MOST_ROWS),
        },
    }
    text = json.dumps(document, ensure_ascii=False, indent=2, default=datetime.isoformat)
    return Document(f"my-data-{now:%Y-%m-%d}.json", text)


def _received(lead: Lead) -> Any:
    """What was sent to them beyond the answers to their own acts."""
    own = OutboxMessage.objects.filter(lead=lead, chat_id=lead.telegram_id).exclude(lane=OutboxMessage.Lane.ALERT)
    return own.order_by("-pk").values("payload__text", "state", "finished_at")


def _asked(lead: Lead) -> Any:
    """Also what they asked in the partner's group."""
    own = Question.objects.filter(partner_id=lead.partner_id, asker_id=lead.telegram_id)
    return own.order_by("-pk").values("text", "asked_at", "chat_id", "state", "answer", "thumb", "thumbed_at")


def _newest(rows: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = list(rows[:MOST_ROWS])
    letters = accumulate(sum(len(str(row[name] or "")) for name in TEXTS & row.keys()) for row in found)
    fitting = sum(1 for _total in takewhile(lambda total: total <= MOST_LETTERS, letters))
    return found[:fitting]
