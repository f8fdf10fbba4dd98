"""What can be counted of a post. Pure."""

from __future__ import annotations

from typing import Literal

Measure = Literal["reactions", "clicks", "comments"]
MEASURES: tuple[Measure, ...] = ("reactions", "clicks", "comments")
