"""A partner's own words for single messages of the sequences. Behind a door that shows the partner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from funnels.models import TextOverride
from funnels.sequence_checks import check_own_text
from funnels.sequence_schema import Sequence, SequenceStep
from funnels.services.sequences import newest_sequences, published_sequences
from funnels.services.versions import names_for

State = Literal["in force", "network changed", "orphaned"]


class TextRefused(ValueError):
    """The text cannot be sent like this; every sentence says what to change."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class Place:
    """A message of a sequence as it would be without the partner's own text. No `step`: it is no longer sent."""

    sequence: Sequence | None
    step: SequenceStep | None
    own: TextOverride | None

    @property
    def title(self) -> str:
        """For people; keys where there is nothing better."""
        names = [self.sequence.title if self.sequence else "", self.step.title or self.step.key if self.step else ""]
        if self.own is not None:
            names = [name or key for name, key in zip(names, (self.own.sequence, self.own.step), strict=True)]
        return ": ".join(names)

    @property
    def state(self) -> State | None:
        if self.own is None:
            return None
        return state_of(self.own, self.step)


def state_of(own: TextOverride, step: SequenceStep | None) -> State:
    if step is None:
        return "orphaned"
    return "in force" if own.base == step.text else "network changed"


def own_texts(*, partner_id: int, sequence: str) -> dict[str, TextOverride]:
    """By the key of the step."""
    return {own.step: own for own in TextOverride.objects.filter(partner_id=partner_id, sequence=sequence)}


def places(rows: Iterable[TextOverride]) -> dict[int, Place]:
    """By the row's id; the same number of queries for any number of rows."""
    sequences = newest_sequences({row.partner_id for row in rows})
    found = {}
    for row in rows:
        sequence = sequences.get((row.partner_id, row.sequence)) or sequences.get((None, row.sequence))
        steps = {step.key: step for step in sequence.steps} if sequence else {}
        found[row.pk] = Place(sequence, steps.get(row.step), row)
    return found


def place_of(*, partner_id: int, sequence: str, step: str) -> Place:
    found = published_sequences(partner_id=partner_id).get(sequence)
    steps = {one.key: one for one in found.steps} if found else {}
    return Place(found, steps.get(step), _own(partner_id, sequence, step).first())


def set_text(
    *, partner_id: int, sequence: str, step: str, text: str, author: User | None, now: datetime
) -> TextOverride | None:
    """The partner's leads get this text from now on. None if it is the network's own: then nothing is kept.

    Raises TextRefused.
    """
    place, text = place_of(partner_id=partner_id, sequence=sequence, step=step), text.replace("\r\n", "\n").strip()
    if place.step is None:
        raise TextRefused([_("This message is no longer sent: the network has removed it.")])
    if text == place.step.text.strip():
        clear(partner_id=partner_id, sequence=sequence, step=step)
        return None
    problems = check_own_text(text, place.step, names=names_for(partner_id=partner_id))
    if errors := [problem.sentence for problem in problems if problem.severity == "error"]:
        raise TextRefused(errors)
    values = {"text": text, "base": place.step.text, "author": author, "changed_at": now}
    own, _is_new = TextOverride.objects.update_or_create(
        partner_id=partner_id, sequence=sequence, step=step, defaults=values
    )
    return own


def accept(*, partner_id: int, sequence: str, step: str) -> bool:
    """The partner has seen the network's new text and stays with their own. False if there is nothing to stay with."""
    place = place_of(partner_id=partner_id, sequence=sequence, step=step)
    if place.step is None:
        return False
    return bool(_own(partner_id, sequence, step).update(base=place.step.text))


def clear(*, partner_id: int, sequence: str, step: str) -> bool:
    """The network's text is in force again. False if it was already."""
    removed, _by_model = _own(partner_id, sequence, step).delete()
    return bool(removed)


def _own(partner_id: int, sequence: str, step: str) -> QuerySet[TextOverride]:
    return TextOverride.objects.filter(partner_id=partner_id, sequence=sequence, step=step)
