"""What a partner's events say of one day. Behind the partner's door."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import TruncDate

from funnels.digest import Figure, Metric, figures, span
from funnels.models import FunnelEvent

Kind = FunnelEvent.Kind
FIRST_SIGNS = (Kind.STARTED, Kind.SCREEN_SHOWN, Kind.MESSAGE_RECEIVED)


def _to(slot: str) -> Q:
    """Followed a link of this slot, or of a more special one, like shop.weight."""
    return Q(kind=Kind.LINK_CLICKED) & (Q(data__slot=slot) | Q(data__slot__startswith=f"{slot}."))


CONDITIONS: dict[Metric, Q] = {
    "orders": _to("shop"),
    "registrations": _to("registration"),
    "contacts": Q(kind=Kind.CONTACT_LEFT),
    "unsubscribed": Q(kind=Kind.UNSUBSCRIBED),
    "blocked": Q(kind=Kind.BOT_BLOCKED),
}
KINDS = (Kind.LINK_CLICKED, Kind.CONTACT_LEFT, Kind.UNSUBSCRIBED, Kind.BOT_BLOCKED)


def day_figures(*, partner_id: int, day: date, zone: ZoneInfo) -> tuple[Figure, ...]:
    """Different people on the day and on each of the seven before it, days of the zone."""
    since, until = span(day, zone)
    events = FunnelEvent.objects.filter(partner_id=partner_id, at__gte=since, at__lt=until).order_by()
    # The turn in which somebody came; to look for an earlier event of each instead costs minutes under a bad plan.
    new = events.filter(kind__in=FIRST_SIGNS, at=F("lead__created_at")).annotate(metric=Value("new"))
    metric = Case(*[When(rule, Value(name)) for name, rule in CONDITIONS.items()], output_field=CharField())
    done = events.filter(kind__in=KINDS).annotate(metric=metric).filter(metric__isnull=False)
    return figures(day, _people(new, zone) | _people(done, zone))


def _people(events: QuerySet[FunnelEvent], zone: ZoneInfo) -> dict[tuple[Metric, date], int]:
    by_day = events.annotate(day=TruncDate("at", tzinfo=zone)).values("metric", "day")
    counted = by_day.annotate(people=Count("lead", distinct=True))
    return {(row["metric"], row["day"]): row["people"] for row in counted}
