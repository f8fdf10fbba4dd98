"""Leads enter sequences, rest, and leave them. Behind the partner's door, in the transaction of the cause."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import DurationField, ExpressionWrapper, F, QuerySet, Value
from django.db.models.functions import Greatest

from content.models import OutboxMessage
from content.outbox.promises import withdraw
from funnels.fitting import fitting
from funnels.models import Enrollment, FunnelEvent
from funnels.queries import rests
from funnels.schema import Answers
from funnels.services.sequences import sequences_of
from funnels.timing import QuietHours, remaining
from funnels.warmup import Clockwork, enter
from funnels.zones import zone_for
from partners.models import Lead, Partner

State, Exit = Enrollment.State, Enrollment.Exit
Lane = OutboxMessage.Lane
SNOOZE = timedelta(days=7)
STALE = timedelta(hours=3)  # in the outbox; a later attempt would come at a time that nobody planned
RUNNING = (State.ACTIVE, State.FROZEN)
# Whoever left so may come back to the sequence by a choice of their own.
COMES_BACK = (Exit.OTHER_BRANCH, Exit.UNSUBSCRIBED, Exit.BLOCKED)
UNWANTED = (Lead.Status.UNSUBSCRIBED, Lead.Status.NOT_INTERESTED)
EVERYTHING = (Lane.SEQUENCE, Lane.BROADCAST)
# These reasons end all promotional messages, the others only the sequence's.
FROM_EVERYTHING = (Exit.UNSUBSCRIBED, Exit.BLOCKED, Exit.HUMAN, Exit.DECLINED)


def clockwork_of(*, lead: Lead, partner: Partner, now: datetime) -> Clockwork:
    zone = zone_for(phone=lead.phone, partner_zone=ZoneInfo(partner.time_zone), now=now).zone
    quiet = QuietHours(partner.quiet_from, partner.quiet_to)
    return Clockwork(zone, quiet, lead.last_promo_at, lead.snoozed_until)


def enroll(*, lead: Lead, partner: Partner, now: datetime) -> Enrollment | None:
    """Puts the lead into the sequence that fits; None if none does, or if it is over for them.

    Another sequence in which they stand ends: they have chosen something else. Whoever comes back to one goes on
    behind the last message they got there, so that no press ever starts a sequence anew.
    """
    sequence = fitting(sequences_of(partner_id=partner.pk), answers_of(lead)) if _may_enter(lead) else None
    if sequence is None:
        return None
    enrollment = Enrollment.objects.filter(lead=lead, sequence=sequence.key).first()
    if enrollment is None:
        enrollment = Enrollment(partner=partner, lead=lead, sequence=sequence.key, round=0, entered_at=now)
    elif enrollment.state in RUNNING:
        return None
    leave(lead_id=lead.pk, reason=Exit.OTHER_BRANCH, now=now)
    if enrollment.round and enrollment.exit_reason not in COMES_BACK:
        return None
    place = enter(sequence, clockwork_of(lead=lead, partner=partner, now=now), now, position=enrollment.position)
    if place is None:
        return None
    enrollment.round += 1
    enrollment.state, enrollment.exit_reason, enrollment.ended_at = State.ACTIVE, "", None
    enrollment.position, enrollment.next_step, enrollment.fire_at = place.position, place.step, place.fire_at
    if rests(partner=partner, sequence=sequence.key):
        enrollment.state, enrollment.fire_at = State.FROZEN, None
        enrollment.left_over = remaining(fire_at=place.fire_at, paused_at=now)
    enrollment.save()
    FunnelEvent.objects.create(
        partner=partner, lead=lead, kind=FunnelEvent.Kind.SEQUENCE_ENTERED, step=sequence.key, at=now
    )
    return enrollment


def answers_of(lead: Lead) -> Answers:
    return Answers.model_validate({name: getattr(lead, name) or None for name in ("intent", "pain", "detail", "goal")})


def _may_enter(lead: Lead) -> bool:
    """Whom neither they themselves nor the partner has taken out of the promotional messages."""
    return lead.blocked_at is None and lead.taken_at is None and lead.status not in UNWANTED


def leave(*, lead_id: int, reason: Enrollment.Exit, now: datetime) -> int:
    """Ends whatever the lead is in, at once; returns how much that was. Called again it does no harm.

    What waits in the outbox is taken back in any case: the last message of a finished sequence may still be there.
    """
    # Before its enrollments, like everybody who locks both: a tick never waits, so nobody waits in a circle.
    lead = Lead.objects.select_for_update(no_key=True).only("partner_id").get(pk=lead_id)
    running = Enrollment.objects.filter(lead=lead, state__in=RUNNING)
    sequences = list(running.values_list("sequence", flat=True))
    if sequences:
        running.update(state=State.LEFT, exit_reason=reason, ended_at=now, fire_at=None, left_over=None, next_step="")
        FunnelEvent.objects.bulk_create(ended(lead, sequence, reason, now) for sequence in sequences)
    lanes = EVERYTHING if reason in FROM_EVERYTHING else (Lane.SEQUENCE,)
    withdraw(partner_id=lead.partner_id, lead_id=lead_id, reason=str(reason), now=now, lanes=lanes)
    return len(sequences)


def ended(lead: Lead, sequence: str, reason: str, now: datetime) -> FunnelEvent:
    """`reason` is an Exit, or empty for whoever got all of it."""
    return FunnelEvent(
        partner_id=lead.partner_id,
        lead=lead,
        kind=FunnelEvent.Kind.SEQUENCE_ENDED,
        step=sequence,
        data={"reason": str(reason) or "finished"},
        at=now,
    )


def snooze(*, lead: Lead, now: datetime) -> None:
    """«Не сейчас»: seven days of silence. The places are kept; what waits in the outbox is judged by the gate."""
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
