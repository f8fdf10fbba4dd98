"""What operators are told of incidents."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from botrunner.services import operator_news
from content.outbox.words import INCIDENTS
from partners.health import Trouble
from partners.incident_texts import News, messages
from partners.models import IncidentEvent


def _rows() -> QuerySet[IncidentEvent]:
    return IncidentEvent.objects.select_related("incident__partner")


def _letters(events: Sequence[IncidentEvent]) -> list[tuple[list[int], str]]:
    url = f"{settings.PUBLIC_URL}{reverse('admin:partners_incident_changelist')}"
    return messages([_news(event) for event in events], url)


def _news(event: IncidentEvent) -> News:
    incident = event.incident
    return News(
        kind=Trouble(incident.kind), where=incident.where, detail=event.detail,
        opened=event.what == IncidentEvent.What.OPENED,
        times=incident.times, opened_at=incident.opened_at or event.at, at=event.at,
    )  # fmt: skip


NEWS = operator_news.News(INCIDENTS, _rows, lambda event: f"incident:{event.pk}", _letters)
