"""The pages of statistics, as their menu shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from analytics.views.asked import Asked

MENU: tuple[tuple[str, Any], ...] = (
    ("overview", _("Overview")),
    ("funnel", _("Funnel")),
    ("leads", _("Leads")),
)


@dataclass(frozen=True, slots=True)
class Entry:
    title: Any
    address: str
    is_current: bool


def entries(asked: Asked, current: str) -> list[Entry]:
    return [Entry(title, reverse(f"analytics:{name}") + asked.query(), name == current) for name, title in MENU]
