"""Incidents: moved on by what was read of bots and machines, taken in hand and muted by operators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from partners.fastsql import fetch
from partners.health import Trouble
from partners.incident_rules import SAME, TIMINGS, UNSEEN, Deed, Memory, State, step
from partners.models import Incident, IncidentEvent

LOCK = 7_303_014  # of the one who looks just now
KEPT = timedelta(days=90)
What, Telling = IncidentEvent.What, IncidentEvent.Telling


@dataclass(frozen=True, slots=True)
class Key:
    """Whose or which; an incident has one."""

    kind: Trouble
    partner_id: int | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """`detail` is said to operators: never a secret, never what a person wrote."""

    bad: bool
    detail: str = ""


def is_mine() -> bool:
    """Whether this transaction is the only one that looks; two at once would write the same twice."""
    return bool(fetch("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])[0][0])


def apply(readings: dict[Key, Reading], *, now: datetime) -> None:
    """Behind the operators' door, by whoever `is_mine`. What could not be read stays as it is for an hour."""
    known = {Key(Trouble(one.kind), one.partner_id, one.subject): one for one in _known(now)}
    gone = {key: Reading(bad=False) for key, one in known.items() if now - one.bad_at > UNSEEN}
    for key, reading in (gone | readings).items():
        if reading.bad or key in known:
            _apply(known.get(key), key, reading, now)


def forget(*, now: datetime) -> None:
    Incident.objects.filter(state=Incident.State.CLOSED, closed_at__lt=now - KEPT).delete()


def take(*, incident: Incident, by: str, now: datetime) -> None:
    """Somebody has it in hand: the others see who."""
    incident.taken_by = by
    incident.save(update_fields=["taken_by"])
    _note(incident, What.TAKEN, now, by=by)


def mute(*, incident: Incident, until: datetime | None, by: str, now: datetime) -> None:
    """No message of it before `until`; None: again as usual."""
    incident.muted_until = until
    incident.save(update_fields=["muted_until"])
    _note(incident, What.MUTED if until else What.UNMUTED, now, by=by)


def _known(now: datetime) -> Iterable[Incident]:
    """The newest of each kind is written last."""
    recent = Q(state=Incident.State.CLOSED, closed_at__gt=now - SAME)
    return Incident.objects.filter(~Q(state=Incident.State.CLOSED) | recent).order_by("pk")


def _apply(incident: Incident | None, key: Key, reading: Reading, now: datetime) -> None:
    before = _memory(incident) if incident else None
    after, deed = step(before, bad=reading.bad, timing=TIMINGS[key.kind], now=now)
    if after is None:
        if incident is not None:
            incident.delete()
        return
    if after == before:
        return
    if incident is None:
        incident = Incident(kind=key.kind, partner_id=key.partner_id, subject=key.subject)
    _write(incident, after, reading, deed, now)


def _write(incident: Incident, after: Memory, reading: Reading, deed: Deed | None, now: datetime) -> None:
    incident.state, incident.since, incident.bad_at = after.state, after.since, after.bad_at
    incident.closed_at, incident.times = after.closed_at, after.times
    if reading.bad:
        incident.detail = reading.detail[:300]
    if deed == Deed.OPENED:
        incident.opened_at, incident.taken_by = now, ""
    incident.save()
    if deed is not None:
        _note(incident, What(deed.value), now, tells=True)


def _note(incident: Incident, what: IncidentEvent.What, now: datetime, *, by: str = "", tells: bool = False) -> None:
    is_muted = incident.muted_until is not None and incident.muted_until > now
    telling = Telling.WAITING if tells and not is_muted else Telling.NOBODY
    IncidentEvent.objects.create(
        incident=incident, partner_id=incident.partner_id, what=what, at=now, by=by[:150],
        detail=incident.detail, telegram=telling, mail=telling,
    )  # fmt: skip


def _memory(incident: Incident) -> Memory:
    return Memory(
        State(incident.state), incident.since, incident.bad_at, closed_at=incident.closed_at, times=incident.times
    )
