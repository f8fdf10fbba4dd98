"""Tables as a CSV file that a Russian Excel opens by a double click. Pure."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

from analytics.exports.cells import harmless
from analytics.reports.table import Cell, Column, Kind, Table

TYPE = "text/csv; charset=utf-8"
SEPARATOR = ";"  # a Russian Excel does not part columns at a comma: it is in the numbers


def csv_file(tables: Sequence[Table]) -> bytes:
    """A table alone has no title above it, so that programs read it, too."""
    file = StringIO()
    writer = csv.writer(file, delimiter=SEPARATOR, lineterminator="\r\n")
    for number, table in enumerate(tables):
        if len(tables) > 1:
            writer.writerows(([[]] if number else []) + [[harmless(str(table.title))]])
        writer.writerow([harmless(str(column.title)) for column in table.columns])
        writer.writerows([[_text(*pair) for pair in zip(row, table.columns, strict=True)] for row in table.rows])
    return file.getvalue().encode("utf-8-sig")


def _text(cell: Cell, column: Column) -> str:
    value: Any = cell.value
    match value:
        case None:
            return ""
        case str():
            return harmless(value)
        case datetime():
            return f"{value:%d.%m.%Y %H:%M}"
        case date():
            return f"{value:%d.%m.%Y}"
        case timedelta():
            return str(round(value.total_seconds()))
        case int() | float() | Decimal() if column.kind in (Kind.RATE, Kind.CHANGE):
            return _number(round(100 * value, 2)) + "%"
        case _:
            return _number(value)


def _number(value: Any) -> str:
    return str(value).replace(".", ",")
