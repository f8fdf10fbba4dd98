"""A sequence file as text becomes a Sequence, or a list of what is wrong and where. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from funnels.sequence_schema import Sequence
from partners.strict_yaml import Lines
from partners.yaml_model import read_model


@dataclass(frozen=True, slots=True)
class LoadedSequence:
    sequence: Sequence
    lines: Lines


def load_sequence(text: str, name: str) -> LoadedSequence:
    """Reads the file called `name`. Raises FileError; what the shape allows is checked in `sequence_checks`."""
    return LoadedSequence(*read_model(text, name, Sequence))
