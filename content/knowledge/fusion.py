"""What words found and what vectors found, as one ranking. Pure."""

from __future__ import annotations

from collections.abc import Sequence

# Reciprocal rank fusion. The usual 60 makes a ranking's first hardly better than its tenth: with vectors that know
# less than the words (of letters; of a factorised word matrix) it lost a tenth of the right files, 10 loses none.
SMOOTHING = 10


def fused(worded: Sequence[int], near: Sequence[int], *, covered: float) -> list[int]:
    """Chunks, best first; of equals first what words found.

    The more of the question stands in a passage (`covered`, 0 to 1), the less do vectors say.
    """
    scores: dict[int, float] = {}
    for ranking, weight in ((worded, 1.0), (near, 1.0 - covered)):
        for rank, chunk in enumerate(ranking, 1):
            scores[chunk] = scores.get(chunk, 0.0) + weight / (SMOOTHING + rank)
    return sorted(scores, key=lambda chunk: -scores[chunk])
