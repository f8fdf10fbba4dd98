"""How the list of leads is narrowed."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from funnels.models import Alert
from funnels.scoring import HOT, VERY_HOT, WARM
from partners.models import Lead

INTERESTS = ("weight", "energy", "immunity", "beauty", "kids", "sport")
INTEREST_NAMES = {
    "weight": _("lose weight"),
    "energy": _("more energy"),
    "immunity": _("immunity"),
    "beauty": _("beauty"),
    "kids": _("for children"),
    "sport": _("sport"),
}


class InterestFilter(DropdownFilter):
    title = _("interest")
    parameter_name = "pain"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(interest, INTEREST_NAMES[interest]) for interest in INTERESTS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        return queryset.filter(pain=self.value()) if self.value() else queryset


class HasPhoneFilter(DropdownFilter):
    title = _("phone")
    parameter_name = "phone"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("left a phone")), ("no", _("no phone"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        if self.value() == "yes":
            return queryset.exclude(phone="")
        return queryset.filter(phone="") if self.value() == "no" else queryset


class ScoreFilter(DropdownFilter):
    title = _("score")
    parameter_name = "score"
    least = {"hot": HOT, "very_hot": VERY_HOT, "warm": WARM}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("hot", _("hot: 51 and more")),
            ("very_hot", _("very hot: 81 and more")),
            ("warm", _("warm and hot: 21 and more")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        least = self.least.get(self.value() or "")
        return queryset.filter(score__gte=least) if least else queryset


class OpenAlertFilter(DropdownFilter):
    title = _("alerts")
    parameter_name = "alerts"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("not handled"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        opened = Alert.objects.filter(lead=OuterRef("pk"), state=Alert.State.OPEN)
        return queryset.filter(Exists(opened)) if self.value() == "open" else queryset
