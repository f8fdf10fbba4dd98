"""Taking turns: nothing comes again before everything else came. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def turn(pool: Sequence[T], number: int, seed: str) -> T:
    """The entry for the post of this number; every round has an order of its own."""
    rounds, at = divmod(number, len(pool))
    order = random.Random(f"{seed}:{rounds}").sample(range(len(pool)), len(pool))
    return pool[order[at]]
