"""Numbers said in words, and times said in another unit: «двое суток» is also «48 часов». Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_NUMBERS = {
    **dict.fromkeys(("один", "одна", "одно"), 1), **dict.fromkeys(("два", "двое", "пара"), 2),
    **dict.fromkeys(("три", "трое", "тройка"), 3), **dict.fromkeys(("четыре", "четверо"), 4),
    **dict.fromkeys(("пять", "пятеро", "пятерка"), 5), "шесть": 6, "семь": 7, "восемь": 8, "девять": 9,
    **dict.fromkeys(("десять", "десяток"), 10), "двенадцать": 12, "пятнадцать": 15, "двадцать": 20, "тридцать": 30,
    "сорок": 40, "пятьдесят": 50, "семьдесят": 70, **dict.fromkeys(("сто", "сотня"), 100), "двести": 200, "триста": 300,
    "пятьсот": 500, **dict.fromkeys(("тысяча", "штука", "косарь"), 1_000),
    **dict.fromkeys(("миллион", "лям"), 1_000_000),
}  # fmt: skip
_UNITS = {"сутки": (24, "час"), "неделя": (7, "день"), "полгода": (6, "месяц"), "год": (12, "месяц")}


def said_otherwise(lemmas: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """For the words at these places, how a text may write them in figures."""
    for at, word in enumerate(lemmas):
        if word in _NUMBERS:
            yield at, (str(_NUMBERS[word]),)
        if word in _UNITS:
            size, unit = _UNITS[word]
            times = _value(lemmas[at - 1]) if at else 1
            yield at, (str(size * times), unit)


def _value(word: str) -> int:
    return int(word) if word.isdecimal() and len(word) < 4 else _NUMBERS.get(word, 1)
