"""Whether a sequence comes neither too often nor too early, whenever a lead enters it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from funnels.sequence_schema import Sequence
from funnels.timing import APART, Delay, QuietHours, due
from partners.strict_yaml import Lines, Path, Problem

FEWEST_STEPS = 5
FIRST_AFTER = timedelta(hours=3)  # a lead who has just left the funnel is not called back at once
SHORTEST, LONGEST = timedelta(days=12), timedelta(days=16)

_ZONE = ZoneInfo("UTC")  # without changes of the clock: one hour does not matter here
_DAY = datetime(2026, 1, 15, tzinfo=UTC)
_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
_ENTRIES = [_DAY + timedelta(minutes=minutes) for minutes in range(0, 24 * 60, 10)]


def check_pace(sequence: Sequence, lines: Lines) -> Iterator[Problem]:
    """Lives through the sequence for entries at every time of a day, with the usual quiet hours."""
    if len(sequence.steps) < FEWEST_STEPS:
        sentence = _("A sequence has at least %(fewest)s steps, this one has %(steps)s.")
        values = {"fewest": FEWEST_STEPS, "steps": len(sequence.steps)}
        yield lines.problem(("steps",), "too_few_steps", sentence % values)
    delays: list[Delay] = []
    for number, step in enumerate(sequence.steps):
        try:
            delays.append(Delay.parse(step.after))
        except ValueError as error:
            yield lines.problem(("steps", number, "after"), "bad_delay", str(error))
    if len(delays) == len(sequence.steps):
        yield from _check_times(lines, [_moments(entered, delays) for entered in _ENTRIES])


def plan(sequence: Sequence) -> list[datetime]:
    """When the messages come to a lead who enters at noon of day 0, on that lead's own clock: without a zone.

    Raises ValueError for a delay that cannot be read.
    """
    moments = _moments(_NOON, [Delay.parse(step.after) for step in sequence.steps])[1:]
    return [moment.replace(tzinfo=None) for moment in moments]


def day_of(moment: datetime) -> int:
    """Of a moment of `plan`."""
    return (moment.date() - _NOON.date()).days


def _moments(entered: datetime, delays: list[Delay]) -> list[datetime]:
    """The entry and the time of every message."""
    moments = [entered]
    for delay in delays:
        moments.append(QuietHours().next_allowed(due(since=moments[-1], delay=delay, zone=_ZONE), _ZONE))
    return moments


def _check_times(lines: Lines, lives: list[list[datetime]]) -> Iterator[Problem]:
    for number in range(len(lives[0]) - 1):
        gap = min(life[number + 1] - life[number] for life in lives)
        path: Path = ("steps", number, "after")
        if number == 0 and gap < FIRST_AFTER:
            sentence = _("The first message comes %(gap)s h after the entry: wait at least %(least)s h.")
            yield lines.problem(path, "first_too_soon", sentence % _hours(gap, FIRST_AFTER))
        elif number > 0 and gap < APART:
            sentence = _(
                "This message can come only %(gap)s h after the one before: leave at least %(least)s h, "
                "as in 24h or next_day 18:00."
            )
            yield lines.problem(path, "too_often", sentence % _hours(gap, APART))
    lengths = [life[-1] - life[0] for life in lives]
    if min(lengths) < SHORTEST or max(lengths) > LONGEST:
        sentence = _("The last message comes %(from)s to %(to)s days after the entry: make it %(least)s to %(most)s.")
        days = {"from": min(lengths), "to": max(lengths), "least": SHORTEST, "most": LONGEST}
        values = {name: f"{length / timedelta(days=1):.3g}" for name, length in days.items()}
        yield lines.problem(("steps",), "bad_length", sentence % values)


def _hours(gap: timedelta, least: timedelta) -> dict[str, str]:
    return {"gap": f"{gap / timedelta(hours=1):.3g}", "least": f"{least / timedelta(hours=1):.3g}"}
