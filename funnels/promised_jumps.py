"""Buttons of warm-up messages that lead into the main funnel, against a new text of it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from django.utils.translation import gettext as _

from funnels.schema import GoButton
from funnels.sequence_schema import Sequence
from partners.strict_yaml import Lines, Problem


def lost_jumps(sequences: Iterable[Sequence], steps: Collection[str], lines: Lines) -> Iterator[Problem]:
    """A warning for every step that is gone: to rename one, the funnel has to be published before the sequence."""
    lost: dict[str, list[str]] = {}
    for sequence in sequences:
        for step in sequence.steps:
            for button in (button for row in step.buttons for button in row):
                if isinstance(button, GoButton) and button.to not in steps:
                    lost.setdefault(button.to, []).append(f"{sequence.title}: {step.title or step.key}")
    for key, places in lost.items():
        sentence = _(
            "Buttons of warm-up messages lead to the step “%(key)s”, which is gone (%(places)s): leads who press them "
            "will be shown the menu instead. Keep the step, or publish these sequences with another one."
        )
        values = {"key": key, "places": "; ".join(dict.fromkeys(places))}
        yield lines.problem(("steps",), "lost_jump", sentence % values, "warning")
