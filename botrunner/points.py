"""A point of a report about a bot: ✅, or ❌ with what to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    code: str
    ok: bool
    title: str
    advice: str = ""
