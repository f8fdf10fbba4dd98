"""Sums, percentages and points in a text, by their value. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

_NUMBER = r"(?<![\w.,])(?:\d{1,3}(?:[ \u00a0\u202f.]\d{3})+(?!\d)(?:,\d+)?|\d{1,15}(?:[.,]\d+)?)"
_TIMES = r"(?:\s*(?P<times>тыс|млн|миллион|млрд|к\b)\w*\.?)?"
# What is paid, given off or counted.
_UNIT = r"\s*(?:[₽%$€]|руб|р\.|р\b|процент|pv\b|пв\b|у\.\s?е|юнит|балл|доллар|евро|тенге|сом\b|usd|rub)"
_FIGURE = re.compile(rf"{_NUMBER}{_TIMES}", re.IGNORECASE)
_WITH_UNIT = re.compile(
    rf"(?:(?P<least>{_NUMBER})\s*[-–—]\s*)?(?P<number>{_NUMBER}){_TIMES}{_UNIT}|[$€₽]\s?(?P<after>{_NUMBER})",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(r"\b(?:сто|двест\w+|тысяч\w*|миллион\w*)\s+(?:тысяч\w*\s+)?(?:₽|руб|доллар|евро)", re.IGNORECASE)
_SIZES = {"тыс": 1_000, "к": 1_000, "млн": 10**6, "мил": 10**6, "млр": 10**9}


def strange_figures(text: str, *known: str) -> Iterator[str]:
    """Sums, percentages and points that stand in none of the known texts."""
    values = {value for one in known for value in _values(one)}
    for found in _WITH_UNIT.finditer(text):
        numbers = filter(None, (found["least"], found["number"], found["after"]))
        if any(_value(number, found["times"]) not in values for number in numbers):
            yield found[0].strip()
    words = " ".join(known).casefold()
    yield from (found[0] for found in _IN_WORDS.finditer(text) if found[0].casefold() not in words)


def _values(text: str) -> Iterator[Decimal]:
    for found in _FIGURE.finditer(text):
        number = re.match(_NUMBER, found[0])
        assert number is not None
        yield _value(number[0])
        yield _value(number[0], found["times"])


def _value(number: str, times: str | None = None) -> Decimal:
    plain = re.sub(r"[ \u00a0\u202f]|\.(?=\d{3}(?:\D|\Z))", "", number).replace(",", ".")
    size = _SIZES.get(times.lower()[:3], 1_000) if times else 1
    return Decimal(plain) * size
