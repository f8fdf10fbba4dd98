"""How bots are shared out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botrunner.shares import excess, fair_share, level

CAPACITIES = st.lists(st.integers(0, 50), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("bots", "mine", "others", "share"),
    [
        (300, 1_000, [], 300),
        (300, 1_000, [1_000, 1_000], 100),
        (10, 1_000, [1_000, 1_000], 4),
        (300, 1_000, [50, 1_000], 125),  # what the small one cannot carry is shared by the others
        (300, 50, [1_000, 1_000], 50),
        (300, 100, [100], 100),  # too many for all: nobody takes more than it can carry
        (0, 100, [100], 0),
    ],
)
def test_fair_shares(bots: int, mine: int, others: list[int], share: int) -> None:
    assert fair_share(bots, mine, others) == share


@given(st.integers(0, 200), CAPACITIES)
def test_every_bot_has_a_place_if_there_is_one(bots: int, capacities: list[int]) -> None:
    places = sum(min(capacity, level(bots, capacities)) for capacity in capacities)
    assert places >= min(bots, sum(capacities))


@given(st.integers(0, 200), CAPACITIES)
def test_nobody_has_more_than_needed(bots: int, capacities: list[int]) -> None:
    lower = level(bots, capacities) - 1
    if lower >= 0 and level(bots, capacities) <= max(capacities):
        assert sum(min(capacity, lower) for capacity in capacities) < max(1, min(bots, sum(capacities)))


@given(st.integers(0, 200), st.integers(1, 6))
def test_giving_ends(bots: int, runners: int) -> None:
    """Whoever gave what was too much has nothing to give and, with everybody at the share, no room to take."""
    share = fair_share(bots, 1_000, [1_000] * (runners - 1))
    assert excess(share, share) == 0
    assert bots - excess(bots, share) in (bots, share)


def test_a_small_surplus_stays() -> None:
    assert [excess(have, 100) for have in (99, 100, 105, 106)] == [0, 0, 0, 6]
    assert [excess(have, 2) for have in (2, 3, 4)] == [0, 0, 2]
