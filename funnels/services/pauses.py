"""Sequences rest and go on: one of a partner's, or all of them while the partner's reminders are off.

Nobody loses a place, and what waits in the outbox waits there. Behind a door that shows the partner.
"""

from __future__ import annotations

from datetime import datetime

from content.models import OutboxMessage
from content.outbox.promises import hold, release
from funnels.models import Enrollment, SequencePause
from funnels.services.enrollments import freeze, thaw
from partners.models import Partner

SOURCE = "sequence:"  # how the outbox calls what a sequence has promised
OPEN = (OutboxMessage.State.QUEUED, OutboxMessage.State.HELD, OutboxMessage.State.SENDING)


def pause(*, partner_id: int, sequence: str, now: datetime, reason: str = "") -> bool:
    """False if it rests already: the first reason stays."""
    _lock(partner_id)
    values = {"reason": reason[:200], "paused_at": now}
    _row, is_new = SequencePause.objects.get_or_create(partner_id=partner_id, sequence=sequence, defaults=values)
    if is_new:
        _rest(partner_id, sequence, now)
    return is_new


def resume(*, partner_id: int, sequence: str, now: datetime) -> bool:
    """False if it was not paused. While the partner's reminders are off its places stay frozen."""
    partner = _lock(partner_id)
    removed, _by_model = SequencePause.objects.filter(partner_id=partner_id, sequence=sequence).delete()
    if removed and partner.auto_reminders:
        _go_on(partner_id, sequence, now)
    return bool(removed)


def pause_everywhere(*, sequence: str, now: datetime, reason: str = "") -> int:
    """For all partners of today; returns for how many it is new. Behind the operators' door."""
    partner_ids = list(Partner.objects.order_by("pk").values_list("pk", flat=True))
    return sum(pause(partner_id=pk, sequence=sequence, now=now, reason=reason) for pk in partner_ids)


def resume_everywhere(*, sequence: str, now: datetime) -> int:
    """Also where the brake or a single decision had paused it. Behind the operators' door."""
    paused = SequencePause.objects.filter(sequence=sequence).order_by("partner_id")
    partner_ids = list(paused.values_list("partner_id", flat=True))
    return sum(resume(partner_id=pk, sequence=sequence, now=now) for pk in partner_ids)


def follow_reminders(*, partner_id: int, on: bool, now: datetime) -> None:
    """The partner's reminders were switched: everything rests, or what is not paused by itself goes on."""
    _lock(partner_id)
    paused = _paused(partner_id)
    for sequence in _running(partner_id) - paused:
        if on:
            _go_on(partner_id, sequence, now)
        else:
            _rest(partner_id, sequence, now)


def freeze_late_comers(*, partner_id: int, now: datetime) -> None:
    """Who entered while a pause was being written has not seen it."""
    if not Partner.objects.get(pk=partner_id).auto_reminders:
        freeze(partner_id=partner_id, now=now)
        return
    for sequence in _paused(partner_id):
        freeze(partner_id=partner_id, sequence=sequence, now=now)


def _rest(partner_id: int, sequence: str, now: datetime) -> None:
    freeze(partner_id=partner_id, sequence=sequence, now=now)
    hold(partner_id=partner_id, source=f"{SOURCE}{sequence}", now=now)


def _go_on(partner_id: int, sequence: str, now: datetime) -> None:
    thaw(partner_id=partner_id, sequence=sequence, now=now)
    release(partner_id=partner_id, source=f"{SOURCE}{sequence}", now=now)


def _lock(partner_id: int) -> Partner:
    """Two switches at once would both see the other one's old state. NO KEY: new leads and events go on."""
    return Partner.objects.select_for_update(no_key=True).get(pk=partner_id)


def _paused(partner_id: int) -> set[str]:
    return set(SequencePause.objects.filter(partner_id=partner_id).values_list("sequence", flat=True))


def _running(partner_id: int) -> set[str]:
    """In which somebody stands, or whose messages have not left yet."""
    places = Enrollment.objects.filter(partner_id=partner_id, state__in=["active", "frozen"])
    waiting = OutboxMessage.objects.filter(partner_id=partner_id, source__startswith=SOURCE, state__in=OPEN)
    sources = waiting.values_list("source", flat=True).distinct()
    return {*places.values_list("sequence", flat=True).distinct(), *(source.removeprefix(SOURCE) for source in sources)}
