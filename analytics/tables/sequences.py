"""The tables of the sequences' page. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from analytics.reports.names import DEEDS
from analytics.reports.rates import Rate
from analytics.reports.sequences import AIMS, FINISHED, Course
from analytics.reports.table import Behind, Cell, Column, Kind, Table, table
from analytics.tables.intervals import bounds, interval

ENTERED = _("Of those who entered on these days, until now; each person is counted once in a number.")


def courses(found: Iterable[Course], address: Any) -> Table:
    """`address`: of the page about one of them, by its key."""
    columns = [
        Column("sequence", _("Sequence")),
        Column("entered", _("Entered"), Kind.NUMBER),
        Column("running", _("In it"), Kind.NUMBER),
        Column("finished", _("Got all of it"), Kind.NUMBER),
        Column("left", _("Left it"), Kind.NUMBER),
        Column("converted", _("Did what it is for"), Kind.NUMBER),
        *interval("rate"),
    ]
    rows = [
        [
            Cell(course.title, address=address(course.key)),
            Cell(course.entered, _behind(course, "entered")),
            course.running,
            Cell(course.finished, _behind(course, f"left:{FINISHED}")),
            course.gone,
            Cell(course.any, _behind(course, "did:any")),
            *bounds(course.converted),
        ]
        for course in found
    ]
    note = _(
        "Did what it is for: after entering they followed a link to order or to register, left a contact, or were "
        "marked by the partner."
    )
    return table("sequences", _("Sequences"), columns, rows, note)


def messages(course: Course) -> Table:
    columns = [
        Column("message", _("Message")),
        Column("got", _("Got it"), Kind.NUMBER),
        Column("share", _("Of those who entered"), Kind.RATE),
        Column("standing", _("Wait after it"), Kind.NUMBER),
        Column("missed", _("Came too late"), Kind.NUMBER),
    ]
    waiting = [_("Waiting for the first one"), None, None, Cell(course.waiting, _behind(course, "at:")), None]
    rows: list[Any] = [[str(value) if number == 0 else value for number, value in enumerate(waiting)]]
    rows += [
        [
            message.title,
            Cell(message.got, _behind(course, f"got:{message.key}")),
            course.got(message),
            Cell(message.standing, _behind(course, f"at:{message.key}")),
            Cell(message.missed, _behind(course, f"missed:{message.key}")),
        ]
        for message in course.messages
    ]
    return table("messages", _("Messages"), columns, rows, ENTERED)


def reasons(course: Course, names: Mapping[str, Any]) -> Table:
    columns = [
        Column("reason", _("Reason")),
        Column("people", _("People"), Kind.NUMBER),
        Column("share", _("Of those who left"), Kind.RATE),
    ]
    rows: list[Any] = [
        [
            str(capfirst(names.get(reason, reason))),
            Cell(people, _behind(course, f"left:{reason}")),
            Rate(people, course.gone),
        ]
        for reason, people in course.left.items()
    ]
    return table("reasons", _("Why people left"), columns, rows, ENTERED)


def results(course: Course) -> Table:
    columns = [Column("deed", _("What they did")), Column("people", _("People"), Kind.NUMBER), *interval("rate")]
    rows: list[Any] = [
        [str(DEEDS[aim]), Cell(course.did[aim], _behind(course, f"did:{aim}")), *bounds(course.rate(aim))]
        for aim in AIMS
    ]
    rows.append([str(_("At least one of it")), Cell(course.any, _behind(course, "did:any")), *bounds(course.converted)])
    return table("results", _("What it led to"), columns, rows, _("Only what they did after entering."))


def _behind(course: Course, what: str) -> Behind:
    return Behind("sequence", course.key, what)
