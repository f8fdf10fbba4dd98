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
    ("sequences", _("Sequences")),
    ("sources", _("Sources")),
    ("posts", _("Posts")),
    ("ai", _("AI")),
    ("partners", _("Partners")),
)
OF_THE_NETWORK = ("partners",)


@dataclass(frozen=True, slots=True)
class Entry:
    title: Any
    address: str
    is_current: bool


def entries(asked: Asked, current: str) -> list[Entry]:
    shown = [(name, title) for name, title in MENU if asked.may_choose or name not in OF_THE_NETWORK]
    return [Entry(title, reverse(f"analytics:{name}") + asked.query(), name == current) for name, title in shown]
