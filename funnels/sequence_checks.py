"""What a sequence file may not do although its shape is right. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain

from django.utils.translation import gettext as _

from content import markup
from funnels.schema import GoButton, LinkButton
from funnels.sequence_loader import load_sequence
from funnels.sequence_pace import check_pace
from funnels.sequence_schema import Sequence, SequenceButton, SequenceStep, SnoozeButton
from funnels.text_checks import Placed, check_content, check_labels, check_picture, named, unknown_step
from funnels.variables import SEQUENCE, SUPPLEMENT_NOTE
from partners.strict_yaml import FileError, Lines, Path, Problem

SLOTS = frozenset({"shop", "registration"})  # every partner has them
WAY_OUT_EVERY = 3  # steps


@dataclass(frozen=True, slots=True)
class Names:
    """What a sequence may refer to; None leaves it unchecked."""

    steps: Collection[str] | None = None  # of the main funnel
    slots: Collection[str] | None = None
    supplements: Collection[str] = ()  # names of products that are never named without SUPPLEMENT_NOTE


def check_sequence_text(text: str, name: str, *, names: Names) -> list[Problem]:
    """Everything that is wrong with a sequence file, of its shape or of its meaning."""
    try:
        loaded = load_sequence(text, name)
    except FileError as error:
        return error.problems
    return check_sequence(loaded.sequence, loaded.lines, names=names)


def check_sequence(sequence: Sequence, lines: Lines, *, names: Names) -> list[Problem]:
    """Problems in the order of the file."""
    problems = chain(
        check_pace(sequence, lines),
        _check_keys(sequence, lines),
        _check_ways_out(sequence, lines),
        _check_trials(sequence, lines),
        *(_check_step(step, ("steps", number), lines, names) for number, step in enumerate(sequence.steps)),
    )
    return sorted(problems, key=lambda problem: problem.line)


def check_own_text(text: str, step: SequenceStep, *, names: Names) -> list[Problem]:
    """The same for a partner's own text of a step."""
    lines, path = Lines("", {}), ("text",)
    limit = markup.CAPTION_LIMIT if step.picture else markup.MESSAGE_LIMIT
    checks = check_content(lines, path, text, SEQUENCE, limit), _check_supplements(lines, path, text, names.supplements)
    return [problem for found in checks for problem in found]


def _check_keys(sequence: Sequence, lines: Lines) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, step in enumerate(sequence.steps):
        if step.key in seen:
            sentence = _("There is another step “%(key)s”: leads would lose their place.") % {"key": step.key}
            yield lines.problem(("steps", number, "key"), "duplicate_step", sentence)
        seen.add(step.key)


def _check_ways_out(sequence: Sequence, lines: Lines) -> Iterator[Problem]:
    without = 0
    for number, step in enumerate(sequence.steps):
        has_snooze = any(isinstance(button, SnoozeButton) for row in step.buttons for button in row)
        without = 0 if has_snooze else without + 1
        if without == WAY_OUT_EVERY:
            sentence = _("%(steps)s messages in a row without a “not now”: add a button with type: snooze.")
            yield lines.problem(("steps", number), "no_way_out", sentence % {"steps": WAY_OUT_EVERY})
            without = 0


def _check_trials(sequence: Sequence, lines: Lines) -> Iterator[Problem]:
    tested = [number for number, step in enumerate(sequence.steps) if step.variants]
    for number in tested[1:]:
        sentence = _("Another step is on trial already: one blurs the result of the other.")
        yield lines.problem(("steps", number, "variants"), "several_trials", sentence, "warning")


def _check_step(step: SequenceStep, path: Path, lines: Lines, names: Names) -> Iterator[Problem]:
    limit = markup.CAPTION_LIMIT if step.picture else markup.MESSAGE_LIMIT
    for text_path, text in _texts(step, path):
        yield from check_content(lines, text_path, text, SEQUENCE, limit)
        yield from _check_supplements(lines, text_path, text, names.supplements)
    yield from check_picture(lines, (*path, "picture"), step.picture)
    yield from _check_variants(step, path, lines)
    yield from _check_late(step, path, lines)
    yield from _check_buttons(step, path, lines, names)


def _texts(step: SequenceStep, path: Path) -> Iterator[tuple[Path, str]]:
    yield (*path, "text"), step.text
    for number, variant in enumerate(step.variants):
        yield (*path, "variants", number, "text"), variant.text


def _check_supplements(lines: Lines, path: Path, text: str, supplements: Collection[str]) -> Iterator[Problem]:
    if SUPPLEMENT_NOTE in text:
        return
    for name in named(supplements, text):
        values = {"name": name, "note": SUPPLEMENT_NOTE}
        sentence = _("%(name)s is a supplement: add the words “%(note)s”.") % values
        yield lines.problem(path, "missing_note", sentence)


def _check_variants(step: SequenceStep, path: Path, lines: Lines) -> Iterator[Problem]:
    texts, keys = {step.text.strip()}, {"a"}
    for number, variant in enumerate(step.variants):
        inner = (*path, "variants", number)
        if variant.key in keys:
            sentence = _("There is another variant “%(key)s” here.") % {"key": variant.key}
            yield lines.problem((*inner, "key"), "duplicate_variant", sentence)
        if variant.text.strip() in texts:
            sentence = _("This text is on trial already: variants must differ.")
            yield lines.problem((*inner, "text"), "same_variant", sentence)
        keys.add(variant.key)
        texts.add(variant.text.strip())


def _check_late(step: SequenceStep, path: Path, lines: Lines) -> Iterator[Problem]:
    if step.late.policy == "send" and step.late.hours is None:
        sentence = _("Say how many hours late it may still be sent: {policy: send, hours: 12}.")
        yield lines.problem((*path, "late"), "late_hours", sentence)
    elif step.late.policy != "send" and step.late.hours is not None:
        sentence = _("Only policy: send has hours.")
        yield lines.problem((*path, "late", "hours"), "late_hours", sentence)


def _check_buttons(step: SequenceStep, path: Path, lines: Lines, names: Names) -> Iterator[Problem]:
    labels: list[Placed] = []
    for number, row in enumerate(step.buttons):
        for place, button in enumerate(row):
            inner = (*path, "buttons", number, place)
            labels.append(((*inner, "text"), button.text))
            yield from _check_target(button, inner, lines, names)
    yield from check_labels(lines, labels, "duplicate_label")


def _check_target(button: SequenceButton, path: Path, lines: Lines, names: Names) -> Iterator[Problem]:
    if isinstance(button, GoButton) and names.steps is not None and button.to not in names.steps:
        yield unknown_step(lines, (*path, "to"), button.to)
    if isinstance(button, LinkButton) and names.slots is not None and button.slot not in names.slots:
        values = {"slot": button.slot, "known": ", ".join(sorted(names.slots))}
        sentence = _("There is no link “%(slot)s”. There are: %(known)s.") % values
        yield lines.problem((*path, "slot"), "unknown_slot", sentence)
