from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.markup import shorten, telegram_length
from content.russian import lasting, plural


@given(st.text(max_size=40), st.integers(1, 40))
def test_a_shortened_text_fits_and_is_the_beginning(text: str, longest: int) -> None:
    short = shorten(text, longest)
    assert telegram_length(short) <= longest
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
    assert short == text or telegram_length(text) > longest


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, "1 день"), (2, "2 дня"), (5, "5 дней"), (11, "11 дней"), (21, "21 день"), (112, "112 дней"), (122, "122 дня")],
)
def test_plural(count: int, expected: str) -> None:
    assert plural(count, "день", "дня", "дней") == expected


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (timedelta(0), "1 мин"),
        (timedelta(minutes=59), "59 мин"),
        (timedelta(hours=4, minutes=10), "4 ч"),
        (timedelta(days=1), "1 день"),
        (timedelta(days=3, hours=4), "3 дня 4 ч"),
        (timedelta(hours=-1), "1 мин"),
    ],
)
def test_lasting(time: timedelta, expected: str) -> None:
    assert lasting(time) == expected
