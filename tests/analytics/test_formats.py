"""Numbers as people say them, and tables by the page."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.http import QueryDict
from django.utils.translation import override

from analytics.reports import formats
from analytics.reports.rates import Figure
from analytics.reports.table import Column, Kind, table
from analytics.templatetags.stats import stat_table

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("now", "before", "words", "cell"),
    [
        (15, 10, f"на 50,0{NBSP}% больше, было 10", f"+50,0{NBSP}%"),
        (2, 10, f"на 80,0{NBSP}% меньше, было 10", f"−80,0{NBSP}%"),
        (19, 10, f"на 90,0{NBSP}% больше, было 10", f"+90,0{NBSP}%"),
        (20, 10, "в 2 раза больше, было 10", "×2"),
        (25, 10, "в 2,5 раза больше, было 10", "×2,5"),
        (50, 10, "в 5 раз больше, было 10", "×5"),
        (99, 10, "в 9,9 раза больше, было 10", "×9,9"),
        (215, 10, "в 22 раза больше, было 10", "×22"),
        (21_000, 1_000, "в 21 раз больше, было 1\N{NO-BREAK SPACE}000", "×21"),
    ],
)
def test_what_has_doubled_is_counted_in_times(now: int, before: int, words: str, cell: str) -> None:
    figure = Figure(now, before)
    with override("ru"):
        assert formats.change(figure) == words
        assert formats.text(figure.change, Kind.CHANGE) == cell


def test_two_tables_of_a_page_are_turned_by_themselves() -> None:
    kinds, days = (table(key, key, [Column("n", "n", Kind.NUMBER)], [(1,), (2,), (3,)]) for key in ("kinds", "days"))
    asked = SimpleNamespace(get=QueryDict("days-page=2"), may=lambda _permission: False, chosen={})
    first, second = (stat_table({"asked": asked}, one, at_once=1) for one in (kinds, days))
    assert (first["pages"].number, second["pages"].number) == (1, 2)
    assert first["later"] == "?days-page=2&kinds-page=2"
    assert (second["earlier"], second["later"]) == ("?days-page=1", "?days-page=3")
