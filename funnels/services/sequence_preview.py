"""A sequence's text day by day, as leads would get it, for the panel. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from content import template
from funnels.models import FunnelVersion
from funnels.sequence_loader import load_sequence
from funnels.sequence_pace import day_of, plan
from funnels.sequence_schema import SequenceStep
from funnels.services.preview import PARTNER, STYLES, Bubble, spoken_by
from partners.strict_yaml import FileError


@dataclass(frozen=True, slots=True)
class Text:
    """One of a step's texts in both forms; `variant` is empty when it is the only one."""

    variant: str
    bubbles: tuple[Bubble, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """`clock` is the time of the day on `day`, for a lead who enters at noon of day 0."""

    number: int
    day: int
    clock: datetime
    step: SequenceStep
    texts: tuple[Text, ...]


def sequence_days(version: FunnelVersion) -> list[Day]:
    """Empty if the text cannot be read."""
    try:
        sequence = load_sequence(version.text, str(version)).sequence
        moments = plan(sequence)
    except (FileError, ValueError):
        return []
    say = spoken_by(version.partner or PARTNER)
    days = []
    for number, (step, moment) in enumerate(zip(sequence.steps, moments, strict=True), 1):
        texts = {"a": step.text} | {variant.key: variant.text for variant in step.variants}
        shown = tuple(
            Text(
                key if step.variants else "",
                tuple(Bubble(style, say(text, style), _labels(step, style), step.picture) for style in STYLES),
            )
            for key, text in texts.items()
        )
        days.append(Day(number, day_of(moment), moment, step, shown))
    return days


def _labels(step: SequenceStep, style: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(_label(button.text, style) for button in row) for row in step.buttons)


def _label(text: str, style: str) -> str:
    try:
        return template.label(text, "ty" if style == "ty" else "vy")
    except template.TemplateError:
        return text
