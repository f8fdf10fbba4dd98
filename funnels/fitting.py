"""Which sequence is for whom. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from funnels.schema import Answers
from funnels.sequence_schema import Sequence


def fitting(sequences: Mapping[str, Sequence], answers: Answers) -> Sequence | None:
    """The sequence for what a lead has said; the one that asks for more goes first."""
    fits = [sequence for sequence in sequences.values() if _fits(sequence, answers)]
    return max(fits, key=lambda s: (s.entry.pain is not None, bool(s.entry.goals), s.key), default=None)


def _fits(sequence: Sequence, answers: Answers) -> bool:
    entry = sequence.entry
    return (
        entry.intent == answers.intent
        and entry.pain in (None, answers.pain)
        and (not entry.goals or answers.goal in entry.goals)
    )
