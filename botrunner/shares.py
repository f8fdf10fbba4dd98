"""How many bots a runner should have: as many as the others, unless somebody can carry only fewer. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

SLACK = 0.05  # of the share, at least one bot: not worth an interruption


def level(bots: int, capacities: Sequence[int]) -> int:
    """The lowest number with which all bots find a place, if nobody has more than it or than its capacity."""
    places = sorted(capacities)
    for at, capacity in enumerate(places):
        even = ceil(bots / (len(places) - at))
        if even <= capacity:
            return even
        bots -= capacity
    return places[-1] if places else 0


def fair_share(bots: int, mine: int, others: Sequence[int]) -> int:
    """Of so many bots, for a runner with the capacity `mine` beside others with theirs."""
    return min(mine, level(bots, [mine, *others]))


def excess(have: int, share: int) -> int:
    """How many are too many; a small surplus is left where it is."""
    return have - share if have > share + max(1, int(share * SLACK)) else 0
