"""What one lead adds to the sums. Pure: a change of a lead's milestones changes the sums by the difference.

deed      day of the deed          key: the deed
cohort    day the lead came        key: a deed, aux: in which week after that, 0 being the first
arrived   day the lead came        key: a deed
screen    day of the first screen  key: a screen of the version
next      day of the first screen  key: a screen, aux: the next one seen for the first time
pause     day of the first screen  key: a screen, aux: how long until the next, see `bucket`
first_link, last_link              day the lead came, key: a link, aux: a deed of LINKED
band      day the lead came        key: a band of the score, aux: a deed
sequence  day of entering          key: a sequence, aux: see `funnels.milestones`

What the curator did is not about people; see `analytics.asking`.

All but those of DAILY are also summed by the month, under the first day of it and the name of `of_month`: a year of
days has too many rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from math import floor, log2
from typing import NamedTuple

from funnels.milestones import DEEDS, Change, Did, Mark

LONGEST = 52  # weeks that are told apart
DAILY = ("deed", "cohort")  # are drawn by the day or the week, and are few
LINKED = (Did.CAME, Did.PRODUCT, Did.SHOP, Did.CONTACT, Did.ORDERED, Did.JOINED)
FINE = 8  # buckets of an octave: a median is right within 5 %


class Sum(NamedTuple):
    name: str
    version: int
    day: date
    key: str
    aux: str = ""


def of_month(name: str) -> str:
    return f"{name}:month"


def bucket(pause: timedelta) -> int:
    return floor(FINE * log2(1 + max(0.0, pause.total_seconds())))


def middle(bucket: int) -> timedelta:
    return timedelta(seconds=2 ** ((bucket + 0.5) / FINE) - 1)


def differences(changes: Iterable[Change]) -> Counter[tuple[int | None, Sum]]:
    """By partner, and by None for the network."""
    sums: Counter[tuple[int | None, Sum]] = Counter()
    for change in changes:
        for marks, sign in ((change.before, -1), (change.after, 1)):
            for one in with_months(contributions(marks)):
                sums[change.partner_id, one] += sign
                sums[None, one] += sign
    return Counter({key: people for key, people in sums.items() if people})


def with_months(sums: Iterable[Sum]) -> Iterator[Sum]:
    for one in sums:
        yield one
        if one.name not in DAILY:
            yield one._replace(name=of_month(one.name), day=one.day.replace(day=1))


def contributions(marks: Iterable[Mark]) -> Iterator[Sum]:
    by_name: dict[Did, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_name[mark.name].append(mark)
    if Did.CAME not in by_name:
        return
    came = by_name[Did.CAME][0].day
    deeds = [mark for deed in DEEDS for mark in by_name[deed]]
    for deed in deeds:
        yield Sum("deed", 0, deed.day, deed.name)
        yield Sum("cohort", 0, came, deed.name, str(min((deed.day - came).days // 7, LONGEST)))
        yield Sum("arrived", 0, came, deed.name)
        links = (Did.FIRST_LINK, Did.LAST_LINK) if deed.name in LINKED else ()
        for place in (*links, Did.BAND):
            for mark in by_name[place]:
                yield Sum(place, 0, came, mark.step, deed.name)
    yield from _paths(by_name[Did.SCREEN])
    yield from _sequences(by_name[Did.SEQUENCE])


def _paths(screens: Iterable[Mark]) -> Iterator[Sum]:
    by_version: dict[int, list[Mark]] = defaultdict(list)
    for screen in sorted(screens, key=lambda screen: (screen.at, screen.step)):
        by_version[screen.version].append(screen)
    for version, path in by_version.items():
        entered = path[0].day
        yield Sum("entered", version, entered, "")
        for screen in path:
            yield Sum("screen", version, entered, screen.step)
        for screen, then in pairwise(path):
            yield Sum("next", version, entered, screen.step, then.step)
            yield Sum("pause", version, entered, screen.step, str(bucket(then.at - screen.at)))


def _sequences(marks: Iterable[Mark]) -> Iterator[Sum]:
    marks = list(marks)
    entered = {mark.step.partition(":")[0]: mark.day for mark in marks if mark.step.endswith(":entered")}
    for mark in marks:
        sequence, _colon, what = mark.step.partition(":")
        yield Sum("sequence", 0, entered[sequence], sequence, what)
