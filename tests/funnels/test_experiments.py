"""Rates, differences and numbers of people against published values, and what must hold for any numbers."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnels.experiments import LEAST, Arm, Interval, compare, difference, people_needed, wilson
from funnels.sequence_schema import SequenceStep, Variant
from funnels.warmup import variant_text


def rounded(interval: Interval) -> tuple[float, float]:
    return round(interval.low, 4), round(interval.high, 4)


# Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3
@pytest.mark.parametrize(
    ("successes", "trials", "expected"),
    [
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_a_rate_as_published(successes: int, trials: int, expected: tuple[float, float]) -> None:
    assert rounded(wilson(successes, trials)) == expected


# Newcombe 1998, "Interval estimation for the difference between independent proportions", table II, method 10
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((48, 80), (56, 70), (0.0524, 0.3339)),
        ((3, 10), (9, 10), (0.1705, 0.8090)),
        ((2, 7), (6, 7), (0.0582, 0.8062)),
        ((0, 29), (5, 56), (-0.0381, 0.1926)),
        ((0, 20), (0, 10), (-0.1611, 0.2775)),
        ((0, 20), (10, 10), (0.6791, 1.0)),
    ],
)
def test_a_difference_as_published(
    first: tuple[int, int], second: tuple[int, int], expected: tuple[float, float]
) -> None:
    arms = [Arm(key, shown, converted) for key, (converted, shown) in (("a", first), ("b", second))]
    assert rounded(difference(*arms)) == expected


# By hand: (1.96 √(2·0.125·0.875) + 0.8416 √(0.1·0.9 + 0.15·0.85))² / 0.05² = 685.6, and so on.
@pytest.mark.parametrize(
    ("first", "second", "expected"), [(0.10, 0.15, 686), (0.5, 0.6, 388), (0.05, 0.10, 435), (0.6, 0.5, 388)]
)
def test_how_many_people_a_difference_needs(first: float, second: float, expected: int) -> None:
    assert people_needed(first, second) == expected


def test_nobody_has_seen_anything() -> None:
    [only] = compare([Arm("a", 0, 0), Arm("b", 0, 0)])
    assert only.verdict == "wait"
    assert only.interval == Interval(-1.0, 1.0)
    assert only.missing == 2 * people_needed(0.475, 0.525)


def test_verdicts() -> None:
    first = Arm("a", 1_000, 100)
    verdicts = {converted: compare([first, Arm("b", 1_000, converted)])[0].verdict for converted in (60, 98, 100, 160)}
    assert verdicts == {60: "worse", 98: "alike", 100: "alike", 160: "better"}
    few = compare([Arm("a", 30, 3), Arm("b", 30, 5)])[0]
    assert few.verdict == "wait"
    # 67 more of a thousand need fewer people than 5 of a hundred would
    assert few.missing == 2 * (people_needed(0.1, 1 / 6) - 30)


def test_every_later_text_is_compared_with_the_first() -> None:
    arms = [Arm(key, 500, 50) for key in "abc"]
    assert [comparison.arm.key for comparison in compare(arms)] == ["b", "c"]
    assert compare(arms[:1]) == []


@pytest.mark.parametrize("others", ["b", "bcde"])
def test_ten_thousand_leads_are_split_equally_and_anew_at_every_step(others: str) -> None:
    def keys(step: str) -> list[str]:
        variants = tuple(Variant(key=key, text=key) for key in others)
        tried = SequenceStep(key=step, after="24h", text="a", variants=variants)
        return [variant_text(tried, lead_id)[0] for lead_id in range(10_000)]

    first, second = keys("one"), keys("two")
    share = 10_000 / (len(others) + 1)
    for counts in (Counter(first), Counter(second)):
        assert sum((count - share) ** 2 / share for count in counts.values()) < 20  # chi-square, p < 0.001 at 4 degrees
    pairs, expected = Counter(zip(first, second, strict=True)), share / (len(others) + 1)
    assert len(pairs) == (len(others) + 1) ** 2
    assert all(abs(count - expected) < 5 * expected**0.5 for count in pairs.values())


@st.composite
def arms(draw: st.DrawFn, key: str = "a") -> Arm:
    shown = draw(st.integers(0, 100_000))
    return Arm(key, shown, draw(st.integers(0, shown)))


@given(arms())
def test_the_interval_holds_the_rate_and_stays_between_nothing_and_all(arm: Arm) -> None:
    interval = arm.interval
    assert 0 <= interval.low <= arm.rate <= interval.high <= 1


@given(st.integers(1, 1_000), st.integers(2, 50), st.data())
def test_more_people_make_it_narrower(shown: int, times: int, data: st.DataObject) -> None:
    converted = data.draw(st.integers(0, shown))
    few, many = wilson(converted, shown), wilson(converted * times, shown * times)
    assert many.high - many.low < few.high - few.low


@given(arms(), arms("b"))
def test_who_is_first_does_not_matter(one: Arm, two: Arm) -> None:
    there, back = difference(one, two), difference(two, one)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert -1 <= there.low <= two.rate - one.rate <= there.high <= 1
    first, second = compare([one, two])[0], compare([two, one])[0]
    assert first.missing == pytest.approx(second.missing, abs=4)


@given(arms(), arms("b"))
def test_a_winner_is_sure_and_nobody_is_missing(one: Arm, two: Arm) -> None:
    [result] = compare([one, two])
    assert (result.verdict == "wait") == (result.missing > 0)
    if result.verdict in ("better", "worse"):
        assert (result.verdict == "better") == (result.difference > 0)
        assert not result.interval.low <= 0 <= result.interval.high


@given(st.floats(0, 1 - LEAST), st.floats(LEAST, 1))
def test_a_smaller_difference_needs_more_people(low: float, gap: float) -> None:
    gap = min(gap, 1 - low)
    middle = low + gap / 2
    assert people_needed(middle - gap / 4, middle + gap / 4) >= people_needed(low, low + gap)
