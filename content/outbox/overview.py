"""How the queues of the bots are. Reads only; behind a door, over the bots that it shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Count, Min, Q

from content.models import OutboxMessage
from partners.models import Bot

State, Lane = OutboxMessage.State, OutboxMessage.Lane
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATE = timedelta(minutes=10)  # a bot that runs begins with what is due within a second


@dataclass(slots=True)
class Queue:
    """One lane of a bot. `oldest` is since when the first of those that are due waits; failures are the last day's."""

    lane: OutboxMessage.Lane
    due: int = 0
    later: int = 0
    held: int = 0
    sending: int = 0
    sent: int = 0
    unknown: int = 0
    oldest: datetime | None = None
    failed: dict[str, int] = field(default_factory=dict)


@dataclass
class BotQueues:
    bot: Bot
    now: datetime
    lanes: list[Queue]

    @cached_property
    def oldest(self) -> datetime | None:
        return min((queue.oldest for queue in self.lanes if queue.oldest), default=None)

    @cached_property
    def is_late(self) -> bool:
        return self.oldest is not None and self.now - self.oldest > LATE

    @cached_property
    def unknown(self) -> int:
        return sum(queue.unknown for queue in self.lanes)

    @cached_property
    def failed(self) -> int:
        return sum(sum(queue.failed.values()) for queue in self.lanes)

    @property
    def partner_query(self) -> str:
        return str(self.bot.partner_id)

    @property
    def needs_attention(self) -> bool:
        return self.is_late or self.unknown > 0


@dataclass(frozen=True, slots=True)
class Totals:
    troubled: int
    due: int
    held: int
    sent: int


def overview(*, now: datetime) -> list[BotQueues]:
    """Of every bot with something in its outbox or just out of it; those that need attention come first."""
    queues: defaultdict[int, dict[int, Queue]] = defaultdict(dict)

    def queue(bot_id: int, lane: int) -> Queue:
        return queues[bot_id].setdefault(lane, Queue(Lane(lane)))

    for bot_id, lane, due, later, held, sending, unknown, oldest in _open(now):
        one = queue(bot_id, lane)
        one.due, one.later, one.held, one.sending, one.unknown, one.oldest = due, later, held, sending, unknown, oldest
    for bot_id, lane, count in _sent(now):
        queue(bot_id, lane).sent = count
    for bot_id, lane, reason, count in _failed(now):
        queue(bot_id, lane).failed[reason] = count
    bots = Bot.objects.filter(pk__in=queues).select_related("partner")
    found = [BotQueues(bot, now, [queues[bot.pk][lane] for lane in sorted(queues[bot.pk])]) for bot in bots]
    return sorted(found, key=lambda one: (not one.needs_attention, one.bot.partner.name))


def totals(found: Iterable[BotQueues]) -> Totals:
    every = list(found)
    lanes = [queue for one in every for queue in one.lanes]
    return Totals(
        troubled=sum(one.needs_attention for one in every),
        due=sum(queue.due for queue in lanes),
        held=sum(queue.held for queue in lanes),
        sent=sum(queue.sent for queue in lanes),
    )


def _open(now: datetime) -> Iterable[tuple[int, int, int, int, int, int, int, datetime | None]]:
    is_due = Q(state=State.QUEUED, not_before__lte=now)
    waiting = OutboxMessage.objects.filter(state__in=[State.QUEUED, State.HELD, State.SENDING, State.UNKNOWN])
    counted = waiting.values_list("bot_id", "lane").annotate(
        due=Count("pk", filter=is_due),
        later=Count("pk", filter=Q(state=State.QUEUED, not_before__gt=now)),
        held=Count("pk", filter=Q(state=State.HELD)),
        sending=Count("pk", filter=Q(state=State.SENDING)),
        unknown=Count("pk", filter=Q(state=State.UNKNOWN)),
        oldest=Min("not_before", filter=is_due),
    )
    return counted.order_by()


def _sent(now: datetime) -> Iterable[tuple[int, int, int]]:
    sent = OutboxMessage.objects.filter(state=State.SENT, finished_at__gt=now - HOUR)
    return sent.values_list("bot_id", "lane").annotate(count=Count("pk")).order_by()


def _failed(now: datetime) -> Iterable[tuple[int, int, str, int]]:
    failed = OutboxMessage.objects.filter(state=State.FAILED, finished_at__gt=now - DAY)
    return failed.values_list("bot_id", "lane", "reason").annotate(count=Count("pk")).order_by("-count", "reason")
