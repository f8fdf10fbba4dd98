"""The people behind a number: each of them has a milestone that the number counts.

The number itself is read from the tallies, like the one that was clicked; the list finds the same people one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from analytics.periods import Period
from analytics.queries.tallies import Whose, people_behind, tallies
from analytics.reports.table import Behind
from analytics.tallying import LONGEST
from funnels.milestones import Did
from funnels.models import Milestone

Marks = QuerySet[Milestone]
PLACES = (Did.FIRST_LINK, Did.LAST_LINK, Did.BAND)
STAYED = "stayed"  # no tally: who saw a screen and none after it


def number(whose: Whose, period: Period, behind: Behind) -> int:
    if behind.of == STAYED:
        saw, went = (_counted(whose, period, of, behind) for of in ("screen", "next"))
        return saw - went
    return _counted(whose, period, behind.of, behind)


def _counted(whose: Whose, period: Period, of: str, behind: Behind) -> int:
    found = tallies(whose, period, of, version=behind.version, key=behind.key)
    return found[behind.key, behind.aux] if behind.aux else found.total()


def people(whose: Whose, period: Period, behind: Behind) -> Marks:
    """A milestone of each, `.lead` is read with it. Raises KeyError or ValueError where there is no such number."""
    return FOUND[behind.of](whose, period, behind)


def _did(whose: Whose, period: Period, behind: Behind) -> Marks:
    return people_behind(whose, period, name=Did(behind.key))


def _of_those_who_came(whose: Whose, period: Period, behind: Behind) -> Marks:
    """`aux`: in which week after they came, at any time without it."""
    marks = _marks(whose, Did(behind.key)).filter(_has(Did.CAME, days=period))
    if not behind.aux:
        return marks
    came = Subquery(Milestone.objects.filter(lead=OuterRef("lead"), name=Did.CAME).values("day"))
    week = int(behind.aux)
    if not 0 <= week <= LONGEST:
        raise ValueError("no such week is counted")
    begins, ends = timedelta(weeks=week), timedelta(weeks=week + 1)
    # The days follow from the period's, too: the index finds these, so that few are left to be compared one by one.
    within = marks.annotate(came=came).filter(day__gte=F("came") + begins).filter(day__gte=period.first + begins)
    if week == LONGEST:
        return within
    return within.filter(day__lt=F("came") + ends).filter(day__lt=period.last + ends)


def _placed(whose: Whose, period: Period, behind: Behind) -> Marks:
    """Those who came through a link, or to a band, and did something."""
    marks = _marks(whose, Did(behind.aux))
    return marks.filter(_has(Did.CAME, days=period), _has(Did(behind.of), step=behind.key))


def _saw(whose: Whose, period: Period, behind: Behind) -> Marks:
    """Of those who first saw the version on these days."""
    screens = Milestone.objects.filter(lead=OuterRef("lead"), name=Did.SCREEN, version=behind.version)
    entered = Exists(screens.filter(day__lte=period.last)) & ~Exists(screens.filter(day__lt=period.first))
    return _marks(whose, Did.SCREEN, behind.key, behind.version).filter(entered, day__gte=period.first)


def _stayed(whose: Whose, period: Period, behind: Behind) -> Marks:
    return _saw(whose, period, behind).filter(~Exists(_later(behind.version)))


def _went(whose: Whose, period: Period, behind: Behind) -> Marks:
    """On to the screen `aux`, or to whichever."""
    later = _later(behind.version)
    if not behind.aux:
        return _saw(whose, period, behind).filter(Exists(later))
    then = later.order_by("at", "step").values("step")[:1]
    return _saw(whose, period, behind).annotate(then=then).filter(then=behind.aux)


def _later(version: int) -> Marks:
    """Screens that the same person saw after the one in question, in the order of `analytics.tallying`."""
    after = Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), step__gt=OuterRef("step"))
    return Milestone.objects.filter(after, lead=OuterRef("lead"), name=Did.SCREEN, version=version)


def _entered(whose: Whose, period: Period, behind: Behind) -> Marks:
    """Each with the first screen of the version."""
    earlier = Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), step__lt=OuterRef("step"))
    before = Milestone.objects.filter(earlier, lead=OuterRef("lead"), name=Did.SCREEN, version=behind.version)
    screens = _whose(whose).filter(name=Did.SCREEN, version=behind.version, day__range=(period.first, period.last))
    return screens.filter(~Exists(before)).order_by("-day", "-lead_id")


def _in_sequence(whose: Whose, period: Period, behind: Behind) -> Marks:
    if not behind.aux:
        raise ValueError("a number of a sequence has a second key")
    entered = _has(Did.SEQUENCE, step=f"{behind.key}:entered", days=period)
    return _marks(whose, Did.SEQUENCE, f"{behind.key}:{behind.aux}").filter(entered)


FOUND: dict[str, Callable[[Whose, Period, Behind], Marks]] = {
    "deed": _did,
    "arrived": _of_those_who_came,
    "cohort": _of_those_who_came,
    "screen": _saw,
    "next": _went,
    STAYED: _stayed,
    "entered": _entered,
    **dict.fromkeys(map(str, PLACES), _placed),
    "sequence": _in_sequence,
}


def _marks(whose: Whose, name: Did, step: str = "", version: int = 0) -> Marks:
    return _whose(whose).filter(name=name, version=version, step=step).order_by("-day", "-lead_id")


def _whose(whose: Whose) -> Marks:
    marks = Milestone.objects.select_related("lead")
    return marks if whose.partner_id is None else marks.filter(partner_id=whose.partner_id)


def _has(name: Did, *, step: str = "", days: Period | None = None) -> Exists:
    """The same person's milestone."""
    marks = Milestone.objects.filter(lead=OuterRef("lead"), name=name, version=0, step=step)
    return Exists(marks.filter(day__range=(days.first, days.last)) if days else marks)
