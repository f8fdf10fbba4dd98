"""Who of a segment may get a broadcast, and why the others may not. Reads only; behind a door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When

from funnels.models import Enrollment
from funnels.scoring import BANDS
from funnels.segments import Activity, Segment, Warmed
from funnels.wishes import Topic
from partners.models import Consent, Lead

WARMED = {
    "running": (Enrollment.State.ACTIVE, Enrollment.State.FROZEN),
    "finished": (Enrollment.State.FINISHED,),
}


@dataclass(frozen=True, slots=True)
class Audience:
    """How many of a segment get a broadcast; `left_out` says how many do not, by the words of the gate."""

    eligible: int
    left_out: dict[str, int]


def chosen(*, partner_id: int, segment: Segment, now: datetime) -> QuerySet[Lead]:
    """Everybody in the segment, whether they may be written to or not."""
    return Lead.objects.filter(fits(segment, now), partner_id=partner_id, erased_at=None).order_by()


def eligible(*, partner_id: int, segment: Segment, now: datetime, topic: Topic = "offers") -> QuerySet[Lead]:
    leads = chosen(partner_id=partner_id, segment=segment, now=now)
    return leads.alias(refused=_refusal(now, topic)).filter(refused="")


def count(*, partner_id: int, segment: Segment, now: datetime) -> Audience:
    """One query."""
    leads = chosen(partner_id=partner_id, segment=segment, now=now)
    counted = dict(leads.values(refused=_refusal(now)).annotate(n=Count("pk")).values_list("refused", "n"))
    return Audience(counted.pop("", 0), {reason: counted[reason] for reason in sorted(counted)})


def counts(*, partner_id: int, segments: Sequence[Segment], now: datetime) -> list[int]:
    """How many of each segment get a broadcast; one query for a whole menu."""
    leads = Lead.objects.filter(partner_id=partner_id, erased_at=None).alias(refused=_refusal(now)).filter(refused="")
    columns = {f"n{at}": Count("pk", filter=fits(segment, now)) for at, segment in enumerate(segments)}
    found = leads.aggregate(**columns)
    return [found[name] for name in columns]


def fits(segment: Segment, now: datetime) -> Q:
    fit = Q(pk__isnull=False)  # an empty Q is none for Count(filter=…)
    for field, values in (("intent", segment.intents), ("pain", segment.pains), ("status", segment.statuses)):
        if values:
            fit &= Q(**{f"{field}__in": values})
    if segment.bands:
        fit &= Q(*(Q(score__range=BANDS[band]) for band in segment.bands), _connector=Q.OR)
    if segment.has_phone:
        fit &= ~Q(phone="")
    if segment.link is not None:
        fit &= Q(first_link_id=segment.link) | Q(last_link_id=segment.link)
    if segment.activity is not None:
        fit &= _seen(segment.activity, now)
    return fit & _in_sequence(segment.warmed) if segment.warmed else fit


def _seen(activity: Activity, now: datetime) -> Q:
    since = now - timedelta(days=activity.days)
    return Q(last_seen_at__gte=since) if activity.kind == "active" else Q(last_seen_at__lt=since)


def _in_sequence(warmed: Warmed) -> Q:
    places = Enrollment.objects.filter(lead=OuterRef("pk"), sequence=warmed.sequence, state__in=WARMED[warmed.stage])
    return Q(Exists(places))


def _refusal(now: datetime, topic: Topic = "offers") -> Case:
    """Empty for who may get it. In the words and the order of the gate, which asks again when the message leaves."""
    agreed = Consent.objects.filter(lead=OuterRef("pk"), kind=Consent.Kind.OFFERS, withdrawn_at=None)
    return Case(
        When(blocked_at__isnull=False, then=Value("blocked")),
        When(status=Lead.Status.UNSUBSCRIBED, then=Value("unsubscribed")),
        When(status=Lead.Status.NOT_INTERESTED, then=Value("not_interested")),
        When(taken_at__isnull=False, then=Value("human took over")),
        When(~Exists(agreed), then=Value("no consent")),
        When(snoozed_until__gt=now, then=Value("asked for silence")),
        When(**{f"wants_{topic}": False}, then=Value("topic is off")),
        default=Value(""),
        output_field=CharField(),
    )
