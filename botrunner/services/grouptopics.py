"""What the supervisor reads and writes when somebody has asked for the topics of a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from botrunner.points import Point
from content.messages import Html, Message, escape
from content.models import OutboxMessage
from content.outbox.promises import Promise, promise
from partners.models import Bot


@dataclass(frozen=True, slots=True)
class Place:
    bot_id: int
    partner_id: int
    group_id: int | None
    topics: dict[str, int]
    asked_by: int | None
    asked_at: datetime


def claim(*, bot_id: int) -> Place | None:
    """None when another runner was quicker. All partners' door."""
    bot = Bot.objects.select_for_update(of=("self",)).select_related("partner").filter(pk=bot_id).first()
    if bot is None or bot.topics_wanted_at is None:
        return None
    partner, asked_by, asked_at = bot.partner, bot.topics_asked_by, bot.topics_wanted_at
    bot.topics_wanted_at = bot.topics_asked_by = None
    bot.save(update_fields=["topics_wanted_at", "topics_asked_by"])
    known = partner.topics if isinstance(partner.topics, dict) else {}
    return Place(bot_id, partner.pk, partner.group_id, known, asked_by, asked_at)


def report(*, place: Place, points: Sequence[Point], now: datetime) -> None:
    Bot.objects.filter(pk=place.bot_id).update(topics_report=[asdict(point) for point in points], topics_at=now)
    if place.asked_by is None:
        return
    key = f"topics:{place.bot_id}:{place.asked_at.timestamp():.0f}"
    told = Promise(place.asked_by, key, Message(Html("\n".join(map(_line, points)))), now)
    lane = OutboxMessage.Lane.REPLY
    promise(partner_id=place.partner_id, bot_id=place.bot_id, lane=lane, promises=[told], now=now, source="topics")


def _line(point: Point) -> str:
    mark, advice = ("✅", "") if point.ok else ("❌", point.advice)
    return f"{mark} {escape(point.title)}" + (f" — {escape(advice)}" if advice else "")
