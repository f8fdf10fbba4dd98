"""Reading what happened to a lead, and the versions of a funnel's text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from funnels.models import Alert, FunnelEvent, FunnelVersion, LeadMessage, SequencePause
from funnels.scoring import HOT, ScoredEvent
from partners.models import Lead, Partner

Kind = FunnelEvent.Kind
Status = Lead.Status


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened to one lead, the newest first. `len` and slices make it fit for a Paginator."""

    lead: Lead

    def __len__(self) -> int:
        return self._events().count() + self._messages().count()

    def __getitem__(self, part: slice) -> list[FunnelEvent | LeadMessage]:
        events = self._events().values_list("at", "pk", Value("event", CharField()))
        messages = self._messages().values_list("at", "pk", Value("message", CharField()))
        # of one moment the later row first; a message before what it led to
        both = events.order_by().union(messages.order_by(), all=True).order_by("-at", "-pk")
        found: list[tuple[datetime, int, str]] = list(both[part])
        rows: dict[str, dict[Any, FunnelEvent | LeadMessage]] = {
            "event": {**FunnelEvent.objects.in_bulk([pk for _at, pk, table in found if table == "event"])},
            "message": {**LeadMessage.objects.in_bulk([pk for _at, pk, table in found if table == "message"])},
        }
        return [rows[table][pk] for _at, pk, table in found]

    def _events(self) -> QuerySet[FunnelEvent]:
        """Messages are shown with their texts, so the event beside each is left out."""
        return FunnelEvent.objects.filter(lead=self.lead).exclude(kind=Kind.MESSAGE_RECEIVED)

    def _messages(self) -> QuerySet[LeadMessage]:
        return LeadMessage.objects.filter(lead=self.lead)


def rests(*, partner: Partner, sequence: str) -> bool:
    """Whoever enters the sequence now is frozen at once."""
    return not partner.auto_reminders or SequencePause.objects.filter(partner=partner, sequence=sequence).exists()


def scored_events(lead_ids: Collection[int]) -> dict[int, list[ScoredEvent]]:
    """All that the score of each lead follows from, in one query."""
    found: dict[int, list[ScoredEvent]] = defaultdict(list)
    rows = FunnelEvent.objects.filter(lead_id__in=lead_ids).order_by()
    for lead_id, *event in rows.values_list("lead_id", "kind", "step", "data", "at"):
        found[lead_id].append(ScoredEvent(*event))
    return found


def versions_of(events: list[FunnelEvent]) -> dict[int, FunnelVersion]:
    """The versions that the events happened in: a label is read from the text that the lead saw."""
    return FunnelVersion.objects.in_bulk({event.version_id for event in events if event.version_id})


def published_before(version: FunnelVersion) -> FunnelVersion | None:
    """What a draft would replace, or a published version has replaced."""
    published = FunnelVersion.objects.filter(
        kind=version.kind, key=version.key, partner=version.partner_id, status=FunnelVersion.Status.PUBLISHED
    ).exclude(pk=version.pk)
    if version.status == FunnelVersion.Status.PUBLISHED:
        published = published.filter(number__lt=version.number)
    return published.order_by("-number").first()


def is_superseded() -> Exists:
    """An annotation: a newer version is published for the same people."""
    newer = FunnelVersion.objects.filter(
        kind=OuterRef("kind"), key=OuterRef("key"), status=FunnelVersion.Status.PUBLISHED, number__gt=OuterRef("number")
    )
    whose = Coalesce("partner_id", 0)
    return Exists(newer.alias(whose=whose).filter(whose=Coalesce(OuterRef("partner_id"), 0)))


def hot_leads(*, partner_id: int) -> QuerySet[Lead]:
    """Hot leads nobody has seen to, the last active first: never written to, or with news since they were.

    A lead whose dialogue the partner took is in good hands.
    """
    news = Alert.objects.filter(lead=OuterRef("pk"), state=Alert.State.OPEN)
    waits = Q(status__in=[Status.NEW, Status.WARMING, Status.HOT]) | Exists(news)
    hot = Lead.objects.filter(waits, partner_id=partner_id, score__gte=HOT, taken_at=None, erased_at=None)
    return hot.order_by("-last_seen_at", "-pk")


def taken_leads(*, partner_id: int) -> QuerySet[Lead]:
    """Dialogues in the hands of the partner, the longest first: the bot is silent there."""
    taken = Lead.objects.filter(partner_id=partner_id, taken_at__isnull=False, erased_at=None)
    return taken.order_by("taken_at", "pk")
