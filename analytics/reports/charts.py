"""What a chart draws: columns of a table, so that it shows the table's numbers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from analytics.reports.table import Table

Shape = Literal["line", "bar", "stacked", "lying"]  # lying: bars from left to right


@dataclass(frozen=True, slots=True)
class Chart:
    """`label` is the key of the column along the axis, `series` those that are drawn."""

    table: Table
    shape: Shape
    label: str
    series: tuple[str, ...]
    title: Any = ""

    @property
    def key(self) -> str:
        return f"chart-{self.table.key}-{'-'.join(self.series)}"


def chart(table: Table, shape: Shape, label: str, series: Sequence[str], title: Any = "") -> Chart:
    return Chart(table, shape, label, tuple(series), title or table.title)
