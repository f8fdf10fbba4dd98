"""Where one lead stands in the sequences, for the lead's page. Behind a door that shows the lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from funnels.models import Enrollment
from funnels.sequence_schema import Sequence
from funnels.services.enrollments import clockwork_of
from funnels.services.preview import spoken
from funnels.services.sequences import sequences_of
from funnels.timing import allowed_at
from funnels.warmup import Clockwork, Place, standing, variant_text
from funnels.zones import zone_for
from partners.models import Lead, Partner

State = Enrollment.State


@dataclass(frozen=True, slots=True)
class Standing:
    """`progress`: «step 3 of 6»; `next`: when the next message comes, or why none does. `text`: that message."""

    title: str
    state: str
    state_name: str
    progress: str
    next: str
    message: str = ""
    text: SafeString | str = ""


@dataclass(frozen=True, slots=True)
class Standings:
    rows: list[Standing]
    zone: str
    zone_is_the_leads: bool


def standings(lead: Lead, now: datetime) -> Standings:
    """Times are the lead's own: those of the phone's region, else of the partner."""
    places = list(Enrollment.objects.filter(lead=lead).order_by(F("ended_at").desc(nulls_first=True), "-pk"))
    sequences = sequences_of(partner_id=lead.partner_id) if places else {}
    zone = zone_for(phone=lead.phone, partner_zone=ZoneInfo(lead.partner.time_zone), now=now)
    clockwork = clockwork_of(lead=lead, partner=lead.partner, now=now)
    rows = [_standing(place, sequences.get(place.sequence), lead, clockwork, now) for place in places]
    return Standings(rows, zone.zone.key, zone.origin == "phone")


def _standing(
    place: Enrollment, sequence: Sequence | None, lead: Lead, clockwork: Clockwork, now: datetime
) -> Standing:
    title = sequence.title if sequence else place.sequence
    name = place.get_state_display()
    if place.ended_at is not None or sequence is None:
        return Standing(title, place.state, name, _passed(place, sequence), _ended(place, clockwork.zone))
    position = standing(sequence, Place(place.position, place.next_step, place.fire_at or now))
    if position is None:
        return Standing(title, place.state, name, "", _("no message is left: the text was shortened"))
    step = sequence.steps[position]
    progress = _("step %(number)s of %(all)s") % {"number": position + 1, "all": len(sequence.steps)}
    text = variant_text(step, lead.pk)[1]
    return Standing(
        title, place.state, name, progress, _next(place, clockwork, now), step.title or step.key, _said(text, lead)
    )


def _said(text: str, lead: Lead) -> SafeString | str:
    partner: Partner = lead.partner
    return spoken(text, partner, first_name=lead.first_name)


def _passed(place: Enrollment, sequence: Sequence | None) -> str:
    if sequence is None:
        return ""
    return _("messages: %(number)s of %(all)s") % {"number": place.position, "all": len(sequence.steps)}


def _ended(place: Enrollment, zone: ZoneInfo) -> str:
    day = date_format((place.ended_at or place.entered_at).astimezone(zone).replace(tzinfo=None), "j E Y, H:i")
    return f"{place.get_exit_reason_display()}, {day}" if place.exit_reason else day


def _next(place: Enrollment, clockwork: Clockwork, now: datetime) -> str:
    if place.fire_at is None:
        return _("on pause; then %(left)s are left to wait") % {"left": duration(place.left_over or timedelta(0))}
    asked = max(place.fire_at, now, clockwork.snoozed_until or now)
    at = allowed_at(asked=asked, last_sent=clockwork.last_promo_at, quiet=clockwork.quiet, zone=clockwork.zone)
    words = _("the next one %(when)s") % {"when": when(at.astimezone(clockwork.zone), now.astimezone(clockwork.zone))}
    if clockwork.snoozed_until and clockwork.snoozed_until > now:
        words = _("%(words)s: asked for silence until then") % {"words": words}
    return words


def when(at: datetime, now: datetime) -> str:
    """«tomorrow at 10:00»; both in the reader's zone."""
    days = (at.date() - now.date()).days
    values = {"time": f"{at:%H:%M}", "day": date_format(at.replace(tzinfo=None), "j E")}
    if days == 0:
        return _("today at %(time)s") % values
    return _("tomorrow at %(time)s") % values if days == 1 else _("on %(day)s at %(time)s") % values


def duration(left: timedelta) -> str:
    """«2 d 4 h»."""
    minutes = int(left.total_seconds()) // 60
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return _("%(n)s h") % {"n": hours}
    return _("%(days)s d %(hours)s h") % {"days": hours // 24, "hours": hours % 24}
