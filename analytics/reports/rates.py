"""Rates and changes as every report shows them. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A number beside what it was in the previous period."""

    now: int
    before: int

    @property
    def change(self) -> float | None:
        """`0.25`: a quarter more; None where there was nothing to compare with."""
        return (self.now - self.before) / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class Rate:
    """`part` of `whole` people."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None
