"""Tables as sheets of an XLSX file, and one that says what is counted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from analytics.exports.cells import harmless
from analytics.reports.table import Column, Kind, Table

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {
    Kind.NUMBER: "#,##0",
    Kind.RATE: "0.0%",
    Kind.CHANGE: "+0.0%;-0.0%;0%",
    Kind.MONEY: "#,##0.00",
    Kind.PAUSE: "[h]:mm:ss",
    Kind.DAY: "dd.mm.yyyy",
    Kind.MOMENT: "dd.mm.yyyy hh:mm",
}
NARROW, WIDE = 10, 48  # characters
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'"))  # in the name of a sheet


def xlsx_file(tables: Sequence[Table], about: Sequence[tuple[str, str]]) -> bytes:
    """`about`: lines of the last sheet, such as the period."""
    book = Workbook(write_only=True)
    names = _names([str(table.title) for table in tables])
    for table, name in zip(tables, names, strict=True):
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for index in range(len(table.columns)):
            sheet.column_dimensions[get_column_letter(index + 1)].width = _width(table, index)
        sheet.append([_cell(sheet, str(column.title), is_bold=True) for column in table.columns])
        for row in table.rows:
            pairs = zip(row, table.columns, strict=True)
            sheet.append([_cell(sheet, cell.value, column) for cell, column in pairs])
    _about(book, [*about, *((str(table.title), str(table.note)) for table in tables if table.note)])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _names(titles: Iterable[str]) -> Iterator[str]:
    """At most 31 characters, each once."""
    taken: set[str] = set()
    for number, title in enumerate(titles, 1):
        name = title.translate(FORBIDDEN)[:31] or str(number)
        if name.casefold() in taken:
            name = f"{name[:28]} {number}"
        taken.add(name.casefold())
        yield name


def _width(table: Table, index: int) -> int:
    longest = max((len(str(row[index].value)) for row in table.rows), default=0)
    return min(WIDE, max(NARROW, longest, len(str(table.columns[index].title))) + 2)


def _cell(sheet: Any, value: Any, column: Column | None = None, *, is_bold: bool = False) -> Any:
    is_text = isinstance(value, str)
    cell = WriteOnlyCell(sheet, harmless(value) if is_text else _number(value))
    if is_text:
        cell.data_type = "s"  # or openpyxl takes one that begins with "=" for a formula
    elif column is not None and column.kind in FORMATS:
        cell.number_format = FORMATS[column.kind]
    if is_bold:
        cell.font = Font(bold=True)
    return cell


def _number(value: Any) -> Any:
    match value:
        case timedelta():
            return value.total_seconds() / 86_400  # a spreadsheet counts time in days
        case Decimal():
            return float(value)
        case _:
            return value


def _about(book: Workbook, lines: Sequence[tuple[str, str]]) -> None:
    sheet = book.create_sheet(_("What is counted")[:31])
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 28, 100
    for name, said in lines:
        sheet.append([_cell(sheet, name, is_bold=True), _cell(sheet, said)])
