"""A partner's own texts laid over the network's sequences. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from content import markup
from funnels.sequence_schema import Sequence, SequenceStep
from funnels.text_checks import longest
from funnels.variables import SEQUENCE


@dataclass(frozen=True, slots=True)
class OwnText:
    step: str
    text: str


def overlay(sequence: Sequence, own: Iterable[OwnText]) -> Sequence:
    """A text of a step that is gone has no effect."""
    texts = {text.step: text.text for text in own}
    if texts.keys().isdisjoint(step.key for step in sequence.steps):
        return sequence
    steps = tuple(_spoken(step, texts[step.key]) if step.key in texts else step for step in sequence.steps)
    return sequence.model_copy(update={"steps": steps})


def _spoken(step: SequenceStep, text: str) -> SequenceStep:
    """Neither is it on trial, nor lost because the network has added a picture with which it would be too long."""
    picture = step.picture if not step.picture or _longest(text) <= markup.CAPTION_LIMIT else ""
    return step.model_copy(update={"text": text, "variants": (), "picture": picture})


@lru_cache(maxsize=1024)
def _longest(text: str) -> int:
    return longest(text, SEQUENCE)
