"""Leads enter sequences, rest, and leave them. Behind the partner's door, in the transaction of the cause."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import DurationField, ExpressionWrapper, F, QuerySet, Value
from django.db.models.functions import Greatest

from content.outbox.promises import withdraw
from funnels.models import Enrollment
from funnels.queries import rests
from funnels.schema import Answers
from funnels.services.sequences import fitting, sequences_of
from funnels.timing import QuietHours, remaining
from funnels.warmup import Clockwork, enter
from funnels.zones import zone_for
from partners.models import Lead, Partner

State, Exit = Enrollment.State, Enrollment.Exit
SNOOZE = timedelta(days=7)


def clockwork_of(*, lead: Lead, partner: Partner, now: datetime) -> Clockwork:
    zone = zone_for(phone=lead.phone, partner_zone=ZoneInfo(partner.time_zone), now=now).zone
    quiet = QuietHours(partner.quiet_from, partner.quiet_to)
    return Clockwork(zone, quiet, lead.last_promo_at, lead.snoozed_until)


def enroll(*, lead: Lead, partner: Partner, now: datetime) -> Enrollment | None:
    """Puts the lead into the sequence that fits, once in a lead's life. None if none fits or they have been in it.

    Another sequence in which the lead stands ends: they have chosen something else.
    """
    answers = Answers.model_validate(
        {name: getattr(lead, name) or None for name in ("intent", "pain", "detail", "goal")}
    )
    sequence = fitting(sequences_of(partner_id=partner.pk), answers)
    if sequence is None or Enrollment.objects.filter(lead=lead, sequence=sequence.key).exists():
        return None
    leave(lead_id=lead.pk, reason=Exit.OTHER_BRANCH, now=now)
    place = enter(sequence, clockwork_of(lead=lead, partner=partner, now=now), now)
    enrollment = Enrollment(
        partner=partner,
        lead=lead,
        sequence=sequence.key,
        position=place.position,
        next_step=place.step,
        fire_at=place.fire_at,
        entered_at=now,
    )
    if rests(partner=partner, sequence=sequence.key):
        enrollment.state, enrollment.fire_at = State.FROZEN, None
        enrollment.left_over = remaining(fire_at=place.fire_at, paused_at=now)
    enrollment.save(force_insert=True)
    return enrollment


def leave(*, lead_id: int, reason: Enrollment.Exit, now: datetime) -> int:
    """Ends whatever the lead is in, at once: what waits in the outbox is taken back, too."""
    running = Enrollment.objects.filter(lead_id=lead_id, state__in=[State.ACTIVE, State.FROZEN])
    partner_ids = list(running.values_list("partner_id", flat=True)[:1])
    left = running.update(
        state=State.LEFT, exit_reason=reason, ended_at=now, fire_at=None, left_over=None, next_step=""
    )
    if left:
        withdraw(partner_id=partner_ids[0], lead_id=lead_id, reason=str(reason), now=now)
    return left


def snooze(*, lead: Lead, now: datetime) -> None:
    """«Не сейчас»: seven days of silence; the places are kept."""
    Lead.objects.filter(pk=lead.pk).update(snoozed_until=now + SNOOZE)


def freeze(*, partner_id: int, now: datetime, sequence: str = "") -> int:
    """A pause of the partner or of one sequence: nobody loses their place."""
    active = _chosen(partner_id, sequence).filter(state=State.ACTIVE)
    rest = ExpressionWrapper(F("fire_at") - Value(now), output_field=DurationField())
    return active.update(state=State.FROZEN, left_over=Greatest(rest, Value(timedelta(0))), fire_at=None)


def thaw(*, partner_id: int, now: datetime, sequence: str = "") -> int:
    """Everybody goes on with what was left of their delay."""
    frozen = _chosen(partner_id, sequence).filter(state=State.FROZEN)
    return frozen.update(state=State.ACTIVE, fire_at=Value(now) + F("left_over"), left_over=None)


def _chosen(partner_id: int, sequence: str) -> QuerySet[Enrollment]:
    chosen = Enrollment.objects.filter(partner_id=partner_id)
    return chosen.filter(sequence=sequence) if sequence else chosen
