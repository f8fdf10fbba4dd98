"""The people behind a number. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.reports.table import Cell, Column, Kind, Row, Table, table


@dataclass(frozen=True, slots=True)
class Person:
    """`phone` as whoever asks may see it."""

    name: str
    username: str
    phone: str
    partner: str
    status: str
    score: int
    at: datetime  # without a zone: the partner's time
    address: str


def people(found: Iterable[Person], *, with_partner: bool) -> Table:
    columns = [
        Column("person", _("Lead")),
        Column("username", _("Telegram")),
        Column("phone", _("Phone")),
        Column("status", _("Status")),
        Column("score", _("Score"), Kind.NUMBER),
        Column("at", _("When"), Kind.MOMENT),
        *([Column("partner", _("Partner"))] if with_partner else []),
    ]
    return table("people", _("People"), columns, (_row(person, with_partner) for person in found))


def _row(person: Person, with_partner: bool) -> Row:
    values: list[Any] = [person.username, person.phone, person.status, person.score, person.at]
    cells = map(Cell, [*values, person.partner] if with_partner else values)
    return (Cell(person.name, address=person.address), *cells)
