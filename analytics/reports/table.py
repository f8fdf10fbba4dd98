"""A table as the page shows it and as CSV and XLSX give it: one object, so that the numbers are the same. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar, overload

from analytics.reports.rates import Rate

T = TypeVar("T")
Value = str | int | float | Decimal | date | datetime | timedelta | None


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    RATE = "rate"  # 0.125 for 12.5 %
    CHANGE = "change"  # 0.25 for a quarter more
    MONEY = "money"  # roubles
    PAUSE = "pause"  # a timedelta
    DAY = "day"
    MOMENT = "moment"  # without a zone: it has been brought to the reader's


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is what `?sort=` calls it."""

    key: str
    title: Any  # str, or one that is still to be translated
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Behind:
    """The people that a number counts, named as their tally is, see `analytics.tallying`.

    Without `aux` whatever the second key, where those are different people. `days`: a part of the page's period;
    `partner`: the slug of a row that is about one partner.
    """

    of: str
    key: str = ""
    aux: str = ""
    version: int = 0
    days: str = ""
    partner: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """`address`: the page that a name leads to. `heat`: from 0 to 10, how dark the cell of a heat table is."""

    value: Value
    behind: Behind | None = None
    address: str = ""
    heat: int | None = None


Row = tuple[Cell, ...]


class Rows(Sequence[Row]):
    """Rows that are made when they are looked at: a page shows fifty of them, a file and a sort look at all."""

    def __init__(self, lines: Sequence[T], row: Callable[[T], Sequence[Cell | Rate | Value]]) -> None:
        self._lines: Sequence[Any] = lines
        self._row: Callable[[Any], Sequence[Cell | Rate | Value]] = row

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return Rows(self._lines[index], self._row)
        return tuple(map(_cell, self._row(self._lines[index])))


@dataclass(frozen=True, slots=True)
class Table:
    """`key` is what `?sort=` and `?table=` call it; `note` says what is counted."""

    key: str
    title: Any
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    note: Any = ""
    sort: str = ""  # the key of a column, «-» before it: from the top down

    def sorted_by(self, sort: str) -> Table:
        """As it was where there is no such column. Whatever is unknown comes last, either way."""
        index = next((number for number, column in enumerate(self.columns) if column.key == sort.lstrip("-")), None)
        if index is None:
            return self
        known = [row for row in self.rows if row[index].value is not None]
        unknown = [row for row in self.rows if row[index].value is None]
        known.sort(key=lambda row: _order(row[index].value), reverse=sort.startswith("-"))
        return replace(self, rows=(*known, *unknown), sort=sort)

    def first(self, count: int) -> Table:
        return replace(self, rows=self.rows[:count])

    def column(self, key: str) -> list[Cell]:
        index = [column.key for column in self.columns].index(key)
        return [row[index] for row in self.rows]


def _order(value: Value) -> Any:
    return value.casefold() if isinstance(value, str) else value


def table(
    key: str,
    title: Any,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell | Rate | Value]] | Rows,
    note: Any = "",
) -> Table:
    made = rows if isinstance(rows, Rows) else tuple(tuple(map(_cell, row)) for row in rows)
    return Table(key, title, tuple(columns), made, note)


def _cell(value: Cell | Rate | Value) -> Cell:
    if isinstance(value, Cell):
        return value
    return Cell(value.value if isinstance(value, Rate) else value)
