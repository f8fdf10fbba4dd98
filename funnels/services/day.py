"""What a partner's day brought: the same numbers as everywhere else. Behind the partner's door."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Count

from funnels.digest import WEEK, Figure, Metric, figures
from funnels.milestones import Did
from funnels.models import Milestone

METRICS: dict[str, Metric] = {
    Did.CAME: "new",
    Did.SHOP: "orders",
    Did.REGISTRATION: "registrations",
    Did.CONTACT: "contacts",
    Did.UNSUBSCRIBED: "unsubscribed",
    Did.BLOCKED: "blocked",
}


def day_figures(*, partner_id: int, day: date) -> tuple[Figure, ...]:
    """Who did it for the first time, on the day and on each of the seven before it."""
    week = (day - timedelta(days=WEEK), day)
    reached = Milestone.objects.filter(partner_id=partner_id, name__in=METRICS, step="", day__range=week)
    counted = reached.order_by().values_list("name", "day").annotate(Count("pk"))
    return figures(day, {(METRICS[name], when): people for name, when, people in counted})
