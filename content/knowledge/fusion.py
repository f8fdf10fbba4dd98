"""Several rankings of the same things as one. Pure."""

from __future__ import annotations

from collections.abc import Sequence

SMOOTHING = 60  # Cormack, Clarke, Büttcher 2009: being first in one ranking does not decide alone


def fused(*rankings: Sequence[int]) -> list[int]:
    """By the sum of the reciprocal ranks, best first; of equals first who stands in the earlier ranking."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, thing in enumerate(ranking, 1):
            scores[thing] = scores.get(thing, 0.0) + 1 / (SMOOTHING + rank)
    return sorted(scores, key=lambda thing: -scores[thing])
