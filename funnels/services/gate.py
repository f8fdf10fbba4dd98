"""The last question before a promotional message leaves: may this lead get it, now?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from partners.models import Lead


def verdicts(*, lead_ids: Collection[int], now: datetime) -> dict[int, str]:
    """The reason for each lead who may not; leads who may are missing."""
    blocked = Lead.objects.filter(pk__in=lead_ids, blocked_at__isnull=False).values_list("pk", flat=True)
    unsubscribed = Lead.objects.filter(pk__in=lead_ids, status=Lead.Status.UNSUBSCRIBED).values_list("pk", flat=True)
    return dict.fromkeys(unsubscribed, "unsubscribed") | dict.fromkeys(blocked, "blocked")
