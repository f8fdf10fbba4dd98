"""Rates and changes as every report shows them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from funnels.experiments import Interval, wilson


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

    @property
    def interval(self) -> Interval:
        """Where the true rate is, at 95 %."""
        return wilson(self.part, self.whole)
