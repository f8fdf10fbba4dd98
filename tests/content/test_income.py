"""The calculator of /my_income: arithmetic over the shipped plan."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.income import MOST_OWN, MOST_STRUCTURE, Unreadable, estimate, read_pv
from tests.funnels.samples import PLAN

OWN = st.decimals(0, MOST_OWN, places=2)
STRUCTURE = st.decimals(0, MOST_STRUCTURE, places=2)


def roubles(own: int, structure: int) -> Decimal:
    return estimate(PLAN, own=Decimal(own), structure=Decimal(structure)).roubles


@pytest.mark.parametrize(
    ("own", "structure", "expected"),
    [(70, 680, "1312.50"), (150, 1350, "5250"), (100, 2900, "25200"), (70, 679, "0"), (69, 2931, "0"), (0, 0, "0")],
)
def test_published_figures(own: int, structure: int, expected: str) -> None:
    assert roubles(own, structure) == Decimal(expected)


@given(OWN, OWN, STRUCTURE, STRUCTURE)
def test_more_volume_never_pays_less(own: Decimal, more_own: Decimal, structure: Decimal, more: Decimal) -> None:
    low = estimate(PLAN, own=min(own, more_own), structure=min(structure, more))
    high = estimate(PLAN, own=max(own, more_own), structure=max(structure, more))
    assert low.roubles <= high.roubles


@given(st.decimals(0, "69.99", places=2), STRUCTURE)
def test_below_the_activity_nothing_is_paid(own: Decimal, structure: Decimal) -> None:
    found = estimate(PLAN, own=own, structure=structure)
    assert found.roubles == 0
    assert found.level is None
    assert found.own + found.missing_activity == PLAN.minimum_pv


@given(OWN, STRUCTURE)
def test_what_is_missing_leads_exactly_to_the_following_level(own: Decimal, structure: Decimal) -> None:
    found = estimate(PLAN, own=own, structure=structure)
    if found.following is None:
        assert found.volume >= PLAN.levels[-1].pv
        return
    assert found.missing > 0
    then = estimate(PLAN, own=own, structure=structure + found.missing)
    assert then.reached == found.following


def test_above_the_published_percents_the_last_one_is_an_estimate() -> None:
    found = estimate(PLAN, own=Decimal(100), structure=Decimal(6_000))
    assert found.level is not None
    assert found.reached is not None
    assert (found.level.code, found.reached.code) == ("M3", "B1")
    assert found.roubles == Decimal(6_100) * 35 * 24 / 100


@pytest.mark.parametrize(
    ("text", "value"),
    [("70", "70"), (" 1 500 PV ", "1500"), ("70,5", "70.5"), ("1\u202f500пв", "1500"), ("+3", "3"), ("-0", "0")],
)
def test_numbers_as_people_write_them(text: str, value: str) -> None:
    assert read_pv(text, MOST_STRUCTURE) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("много", "not_a_number"),
        ("", "not_a_number"),
        ("70.5.1", "not_a_number"),
        ("1e5", "not_a_number"),
        ("NaN", "not_a_number"),
        ("٣٠", "not_a_number"),
        ("-5", "negative"),
        ("−5", "negative"),
        ("10001", "too_much"),
        ("9" * 40, "not_a_number"),
    ],
)
def test_what_is_no_volume_says_why(text: str, fault: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_pv(text, MOST_OWN)
    assert refused.value.fault == fault


@given(st.text(max_size=60))
def test_any_text_is_a_volume_within_its_bounds_or_refused(text: str) -> None:
    try:
        value = read_pv(text, MOST_OWN)
    except Unreadable:
        return
    assert 0 <= value <= MOST_OWN
