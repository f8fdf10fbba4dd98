"""A funnel file as text becomes a Funnel, or a list of what is wrong and where. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from funnels.schema import Funnel
from partners.strict_yaml import FileError, Lines, Problem
from partners.yaml_model import read_model

__all__ = ["FunnelFileError", "Loaded", "Problem", "load_funnel"]

FunnelFileError = FileError


@dataclass(frozen=True, slots=True)
class Loaded:
    funnel: Funnel
    lines: Lines


def load_funnel(text: str, name: str) -> Loaded:
    """Reads the file called `name`. Raises FunnelFileError; what the shape allows is checked in `checks`."""
    return Loaded(*read_model(text, name, Funnel))
